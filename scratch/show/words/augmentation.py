"""The words of what the augmentations page computes."""

WORDS = {
    "against_torchvision": "{block} against torchvision’s recorded results, {dtype}",
    "original": "original",
    "draws": "draws",
    "changed": "pixels changed",
    "change": "mean change",
    "ignores": "the network shall ignore",
    "randomhorizontalflip_draws": "whether",
    "randomresizedcrop_draws": "area, ratio, place",
    "colorjitter_draws": "order, four factors",
    "randomrotation_draws": "angle",
    "randomaffine_draws": "angle, shift, scale, shear",
    "randomgrayscale_draws": "whether",
    "gaussianblur_draws": "standard deviation",
    "randomerasing_draws": "whether, area, ratio, place",
    "mixup_draws": "share",
    "cutmix_draws": "share, place",
    "randomhorizontalflip_ignores": "left and right",
    "randomresizedcrop_ignores": "place, size, what is cut off",
    "colorjitter_ignores": "light and colour cast",
    "randomrotation_ignores": "tilt",
    "randomaffine_ignores": "tilt, place, size, slant",
    "randomgrayscale_ignores": "colour",
    "gaussianblur_ignores": "fine detail",
    "randomerasing_ignores": "what is hidden",
    "mixup_ignores": "nothing: the label is mixed too",
    "cutmix_ignores": "nothing: the label is mixed too",
    "comparison": (
        "The ten augmentations compared",
        "Computed on the photograph below from ten draws each, with the settings of the pictures: the share of pixels"
        " whose value changes, and the mean change as a share of white. Mixup and CutMix change the label along with "
        "the image; the other eight keep it, and so assume that what they change has nothing to do with it.",
    ),
    "overlay": (
        "A photograph and one draw of each augmentation",
        "The original, and one draw of each block, strong enough to be seen.",
    ),
    "flip_pictures": (
        "A photograph indexed in four ways",
        "The second picture is the flip. The third and the fourth come from a slip of one place: upside down, and red"
        " and blue exchanged.",
    ),
    "area_and_ratio": "area {area}, w/h {ratio}",
    "crop_pictures": (
        "Six crops of one photograph",
        "Drawn with the default ranges, from 8% to 100% of the area, and resized to one size. A small box may show no"
        " more than a few petals.",
    ),
    "boxes": "boxes",
    "drawn": "as drawn",
    "share_of_area": "share of the area",
    "photograph": "photograph, 3 : 4",
    "panorama": "panorama, 1 : 4",
    "crop_distribution": (
        "Histograms of the area and the ratio of six thousand boxes, in a photograph and in a panorama",
        "The share of the area is drawn uniformly, the ratio’s logarithm too. A large box fits less often and is then"
        " drawn again, so small areas come more often than drawn (dotted), large ones less. After ten misses the fallback "
        "takes the largest central box: in {photograph_fallback}% of the draws from the photograph, in "
        "{panorama_fallback}% of those from the panorama, where it is the peak at a ratio of 4/3.",
    ),
    "nearest": "nearest",
    "linear": "linear, not widened",
    "triangle": "triangle, widened",
    "antialias_pictures": (
        "A pattern of ever finer rings, made smaller in three ways",
        "From 150 to 60 pixels. Away from the middle the rings are finer than the new pixels and should become grey. "
        "Picking the nearest pixel, or interpolating between the two nearest, invents rings that are not there; there"
        " the standard deviation is {nearest} and {linear}. The widened triangle leaves {triangle}.",
    ),
    "brightness": "brightness",
    "contrast": "contrast",
    "saturation": "saturation",
    "hue": "hue",
    "jitter_pictures": (
        "A photograph with changed brightness, contrast, saturation and hue",
        "The four adjustments, each with two factors. Saturation 0 is grey; a hue of 0.3 turns the orange flower "
        "green.",
    ),
    "hue_factor": "hue factor",
    "hue_curves": (
        "R, G and B of the colour (200, 100, 50) against the hue factor",
        "Each channel walks the same trapezium, a third of the circle behind the other. The largest value stays 200, "
        "the smallest 50.",
    ),
    "jitter_order": (
        "The same four factors in two orders",
        "The same factors (1.4, 1.4, 1.4 and a hue of 0.1) in the two orders that differ most: by {mean} levels on "
        "average, by up to {largest}. The 24 orders give {distinct} different pictures.",
    ),
    "rotation_pictures": (
        "A turned photograph and details of it",
        "A turn by 20° loses the corners unless the canvas grows. The details show the roof: “bilinear” mixes four "
        "pixels, “nearest” takes one and leaves steps.",
    ),
    "forwards": "forwards",
    "backwards": "backwards",
    "mapping_grid": (
        "The middles of pixels, turned forwards and backwards",
        "A turn by {angle}° of {cells} pixels inside a circle. Forwards: the old middles fall into the new grid as "
        "they like; {holes} new pixels get none (crosses) and {double} get two (circles). Backwards: every new pixel "
        "finds one point of the old image, and interpolation gives it a value.",
    ),
    "rotation": "rotation 20°",
    "scale": "scale 0.7",
    "shear_x": "shear 20° in x",
    "shear_y": "shear 20° in y",
    "affine_grid": (
        "A square grid under rotation, scale and the two shears",
        "Straight lines stay straight and parallels stay parallel; angles and lengths need not. The dotted grid is "
        "the one before.",
    ),
    "twice_pictures": (
        "A detail after one turn by 30 degrees and after six by 5",
        "The same place on the same roof. One warp keeps {once}% of the differences between neighbours, six warps "
        "{often}%.",
    ),
    "grey": "grey",
    "six_colours": "six colours",
    "grey_pictures": (
        "A photograph and six patches, in colour and in grey",
        "Six colours that no one would confuse have the same luma: in grey nothing is left of their borders.",
    ),
    "blur_pictures": (
        "A photograph blurred with three standard deviations",
        "The kernel reaches three standard deviations to each side.",
    ),
    "weights": "weights of 9 pixels",
    "kernel_size": "kernel size",
    "semigroup_error": "two blurs against one",
    "kernels": (
        "The weights of a Gaussian kernel, and the difference of two blurs from one",
        "Weights: nine pixels are plenty for σ = 1 and far too few for σ = 8, where the kernel is almost a box. Two "
        "blurs against one: σ = 1.5 and then 2 against 2.5, on noise, largest difference. A kernel of 5 is off by "
        "{small}, one of 31 by {large}.",
    ),
    "erasing_pictures": (
        "Erased boxes and a cut-out square",
        "Three values of RandomErasing, whose box always lies inside the image, and Cutout, whose square may reach "
        "out of it.",
    ),
    "erasing": "RandomErasing",
    "cutout": "Cutout",
    "map_label": "{name}: {low} to {high}, mean {mean}",
    "erased_maps": (
        "How often each pixel of an image of 32 × 32 is erased",
        "Light means often. RandomErasing (when it erases) spares the border, because its box lies inside. Cutout(16)"
        " reaches the corners too, if more seldom.",
    ),
    "shares": "{flower} flower, {temple} temple",
    "mixup_pictures": (
        "Two photographs blended with four shares",
        "The bar is the label: blue for flower, orange for temple.",
    ),
    "beta_densities": (
        "The density of λ for four values of α",
        "α = 1 draws every share alike. A small α leaves most images nearly alone, a large one mixes nearly all of "
        "them half and half.",
    ),
    "lam_and_shares": "λ {lam}: {flower} flower, {temple} temple",
    "cutmix_pictures": (
        "Boxes of the temple in the flower, with their labels",
        "The first box lies inside the image, and the flower keeps about λ. The others are clipped, and the flower "
        "keeps more.",
    ),
    "after_clipping": "after clipping",
    "mean": "mean",
    "share_histograms": (
        "The share of the first image, as drawn and after clipping",
        "On 32 × 32 pixels with α = 1. Clipping moves the mean share that is kept from {drawn} to {kept}.",
    ),
    "replaced_map": (
        "How often CutMix replaces each pixel of an image of 32 × 32",
        "Light means often. The middle is replaced more often than the border.",
    ),
}

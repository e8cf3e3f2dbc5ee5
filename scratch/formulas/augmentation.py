"""The augmentations' formulas, from simple to complex: one channel where the channels are alike.

Pixels count from 0, as in the code: x[i, j] stands in row i and column j of an image of H rows and W columns.
"""

from sympy import (
    Abs,
    Add,
    And,
    Eq,
    Float,
    Function,
    IndexedBase,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Max,
    Min,
    Mod,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    Tuple,
    cos,
    evaluate,
    exp,
    floor,
    gamma,
    sin,
    sqrt,
    symbols,
    tan,
)
from sympy import ImmutableDenseMatrix as Matrix

from scratch.formulas import Formula

half = Rational(1, 2)
i, j, k = symbols("i j k", integer=True)
n_old, n_new = symbols("n m", integer=True, positive=True)
H, W, h, w = symbols("H W h w", integer=True, positive=True)
top, left = symbols("t l", integer=True, nonnegative=True)  # the first row and column of a box
x, result = IndexedBase("x", real=True), IndexedBase("x'", real=True)
a = Symbol("a", real=True)
p = Symbol("p", nonnegative=True)
u, v = symbols("u v", nonnegative=True)  # draws, uniform in [0, 1)
nint = Function("nint")  # the nearest integer, a half to the even one


def _decimal(text):
    return Float(text, 50)


with evaluate(False):  # every formula stays as it is written
    # RandomHorizontalFlip

    hflip = Formula(left=result[i, j], right=x[i, Add(W, -1, -j)])

    random_horizontal_flip = Formula(
        left=result[i, j], right=Piecewise((x[i, Add(W, -1, -j)], u < p), (x[i, j], u >= p)), defaults={p: half}
    )

    # RandomResizedCrop, CenterCrop: resize along one axis, from n pixels to m

    s = Symbol("s", positive=True)
    weight = IndexedBase("w", real=True)
    triangle = Function(r"\Lambda")
    _triangle = (triangle(a), Max(0, 1 - Abs(a)))

    resize = Formula(
        left=result[i],
        right=Sum(weight[i, j] * x[j], (j, 0, n_old - 1)) / Sum(weight[i, j], (j, 0, n_old - 1)),
        definitions=(
            (weight[i, j], triangle((Add(j, half) - s * (i + half)) / Max(1, s))),
            _triangle,
            (s, n_old / n_new),
        ),
    )

    resize_nearest = Formula(left=result[i], right=x[floor(i * n_old / n_new)])

    resized_crop = Formula(left=result[i, j], right=x[top + i, left + j])

    A, r = symbols("A r", positive=True)
    a_0, a_1, r_0, r_1 = symbols("a_0 a_1 r_0 r_1", positive=True)
    _drawn_box = ((A, H * W * (a_0 + (a_1 - a_0) * u)), (r, r_0 * (r_1 / r_0) ** v))

    random_resized_crop = Formula(
        left=Tuple(h, w),
        right=Tuple(nint(sqrt(A / r)), nint(sqrt(A * r))),
        defaults={a_0: Rational(8, 100), a_1: Rational(1), r_0: Rational(3, 4), r_1: Rational(4, 3)},
        definitions=_drawn_box,
    )

    rho = Symbol("rho", positive=True)

    random_resized_crop_fallback = Formula(
        left=Tuple(h, w),
        right=Tuple(nint(Min(H, W / rho)), nint(Min(W, H * rho))),
        defaults={r_0: Rational(3, 4), r_1: Rational(4, 3)},
        definitions=((rho, Min(r_1, Max(r_0, W / H))),),
    )

    center_crop = Formula(
        left=result[i, j], right=x[top + i, left + j], definitions=((top, nint((H - h) / 2)), (left, nint((W - w) / 2)))
    )

    # ColorJitter: M is white, 1 or uint8's 255

    f = Symbol("f", real=True)
    M = Symbol("M", positive=True)
    mu = Symbol("mu", real=True)
    c = Symbol("c", integer=True)
    luma = IndexedBase("L", real=True)
    clip = Function(r"\operatorname{clip}")
    _clip = (clip(a), Min(M, Max(0, a)))
    _luma = (
        luma[i, j],
        Add(_decimal("0.2989") * x[i, j, 0], _decimal("0.587") * x[i, j, 1], _decimal("0.114") * x[i, j, 2]),
    )

    adjust_brightness = Formula(
        left=result[i, j, c], right=clip(f * x[i, j, c]), defaults={M: Rational(1)}, definitions=(_clip,)
    )

    adjust_contrast = Formula(
        left=result[i, j, c],
        right=clip(f * x[i, j, c] + (1 - f) * mu),
        defaults={M: Rational(1)},
        definitions=(_clip, (mu, Sum(luma[i, j], (j, 0, W - 1), (i, 0, H - 1)) / (H * W)), _luma),
    )

    adjust_saturation = Formula(
        left=result[i, j, c],
        right=clip(f * x[i, j, c] + (1 - f) * luma[i, j]),
        defaults={M: Rational(1)},
        definitions=(_clip, _luma),
    )

    R, G, B, V, C = symbols("R G B V C", real=True)
    hue = Symbol("eta", real=True)  # from 0 to 6, once around the colour circle
    kappa, value = Function("kappa"), Function("q")

    adjust_hue = Formula(
        left=Tuple(Symbol("R'"), Symbol("G'"), Symbol("B'")),
        right=Tuple(value(5), value(3), value(1)),
        definitions=(
            (value(a), V - C * Max(0, Min(1, kappa(a), 4 - kappa(a)))),
            (kappa(a), Mod(Add(a, hue, 6 * f), 6)),
            (
                hue,
                Piecewise((0, Eq(C, 0)), ((G - B) / C, Eq(V, R)), (2 + (B - R) / C, Eq(V, G)), (4 + (R - G) / C, True)),
            ),
            (C, V - Min(R, G, B)),
            (V, Max(R, G, B)),
        ),
    )

    f_0, f_1, b = symbols("f_0 f_1 b", nonnegative=True)

    color_jitter = Formula(left=f, right=f_0 + (f_1 - f_0) * u, definitions=((f_0, Max(0, 1 - b)), (f_1, 1 + b)))

    # RandomRotation, RandomAffine: angles in radians; x to the right, y downwards; a prime marks the new image's point

    theta, phi_x, phi_y = symbols("theta phi_x phi_y", real=True)
    X, Y, x_c, y_c, t_x, t_y = symbols("x y x_c y_c t_x t_y", real=True)
    X_new, Y_new = symbols("x' y'", real=True)
    F = Symbol("F", real=True)  # fill
    rotation, scaling, shear_y, shear_x, linear = (
        MatrixSymbol(name, 2, 2) for name in ("R", "S", r"\operatorname{SH}_y", r"\operatorname{SH}_x", "A")
    )

    def _column(*entries):
        return Matrix([[entry] for entry in entries])

    rotate = Formula(
        left=_column(X, Y),
        right=MatAdd(
            MatMul(Matrix([[cos(theta), -sin(theta)], [sin(theta), cos(theta)]]), _column(X_new - x_c, Y_new - y_c)),
            _column(x_c, y_c),
        ),
    )

    quarter_turn = Formula(left=result[i, j], right=x[j, Add(W, -1, -i)])

    d_0, d_1, d = symbols("d_0 d_1 d", real=True)

    random_rotation = Formula(left=theta, right=d_0 + (d_1 - d_0) * u, definitions=((d_0, -d), (d_1, d)))

    old, new = (IndexedBase("I", real=True), IndexedBase("I'", real=True))  # here x is a coordinate

    pixel_nearest = Formula(left=new[Y_new, X_new], right=old[floor(Y), floor(X)])

    _share = triangle(Add(X, -j, -half)) * triangle(Add(Y, -i, -half))
    pixel_bilinear = Formula(
        left=new[Y_new, X_new],
        right=Sum(weight[i, j] * old[i, j], (j, 0, W - 1), (i, 0, H - 1))
        + F * (1 - Sum(weight[i, j], (j, 0, W - 1), (i, 0, H - 1))),
        definitions=((weight[i, j], _share), _triangle),
    )

    affine_matrix = Formula(
        left=linear,
        right=MatMul(rotation, scaling, shear_y, shear_x),
        definitions=(
            (rotation, Matrix([[cos(theta), -sin(theta)], [sin(theta), cos(theta)]])),
            (scaling, Matrix([[s, 0], [0, s]])),
            (shear_y, Matrix([[1, 0], [-tan(phi_y), 1]])),
            (shear_x, Matrix([[1, -tan(phi_x)], [0, 1]])),
        ),
    )

    affine = Formula(
        left=_column(X, Y),
        right=MatAdd(MatMul(linear**-1, _column(Add(X_new, -x_c, -t_x), Add(Y_new, -y_c, -t_y))), _column(x_c, y_c)),
        definitions=(
            (
                linear**-1,
                MatMul(
                    1 / s,
                    Matrix([[1, tan(phi_x)], [0, 1]]),
                    Matrix([[1, 0], [tan(phi_y), 1]]),
                    Matrix([[cos(theta), sin(theta)], [-sin(theta), cos(theta)]]),
                ),
            ),
        ),
    )

    a_x = Symbol("a_x", nonnegative=True)

    random_affine_translate = Formula(left=t_x, right=nint((2 * u - 1) * a_x * W))

    # RandomGrayscale

    rgb_to_grayscale = Formula(
        left=Symbol("L"), right=Add(_decimal("0.2989") * R, _decimal("0.587") * G, _decimal("0.114") * B)
    )

    random_grayscale = Formula(
        left=result[i, j, c],
        right=Piecewise((luma[i, j], u < p), (x[i, j, c], u >= p)),
        defaults={p: Rational(1, 10)},
        definitions=(_luma,),
    )

    # GaussianBlur: along one axis of n pixels, with a kernel of 2 r + 1 pixels

    sigma = Symbol("sigma", positive=True)
    reach = Symbol("r", integer=True, nonnegative=True)
    gaussian, mirror = IndexedBase("g"), Function(r"\rho")
    sigma_0, sigma_1 = symbols("sigma_0 sigma_1", positive=True)

    gaussian_blur = Formula(
        left=result[i],
        right=Sum(gaussian[k] * x[mirror(i + k)], (k, -reach, reach)),
        definitions=(
            (gaussian[k], exp(-(k**2 / (2 * sigma**2))) / Sum(exp(-(j**2 / (2 * sigma**2))), (j, -reach, reach))),
            (mirror(a), Add(n_old, -1, -Abs(Add(n_old, -1, -Abs(a))))),
        ),
    )

    gaussian_blur_sigma = Formula(left=sigma, right=_decimal("0.15") * (2 * reach + 1) + _decimal("0.35"))

    random_gaussian_blur = Formula(
        left=sigma, right=sigma_0 + (sigma_1 - sigma_0) * u, defaults={sigma_0: Rational(1, 10), sigma_1: Rational(2)}
    )

    # RandomErasing, Cutout

    row, column = symbols("y_c x_c", integer=True)
    side = Symbol("L", integer=True, positive=True)

    def _inside(rows, columns):
        """The condition that pixel (i, j) lies between rows and columns, pairs (first, behind the last)."""
        return And(i >= rows[0], i < rows[1], j >= columns[0], j < columns[1])

    erase = Formula(left=result[i, j], right=Piecewise((F, _inside((top, top + h), (left, left + w))), (x[i, j], True)))

    random_erasing = Formula(
        left=Tuple(h, w),
        right=Tuple(nint(sqrt(A * r)), nint(sqrt(A / r))),
        defaults={a_0: Rational(2, 100), a_1: Rational(33, 100), r_0: Rational(3, 10), r_1: Rational(33, 10)},
        definitions=_drawn_box,
    )

    random_erasing_value = Formula(
        left=result[i, j], right=Piecewise((F, u < p), (x[i, j], u >= p)), defaults={p: half, F: Rational(0)}
    )

    cutout = Formula(
        left=result[i, j],
        right=Piecewise((0, _inside((top, top + side), (left, left + side))), (x[i, j], True)),
        definitions=((top, row - floor(side / 2)), (left, column - floor(side / 2))),
    )

    # Mixup, CutMix: image n of a batch of N, and y[n, k], the share of class k in its label

    lam, kept = symbols(r"\lambda \lambda'", nonnegative=True)
    alpha = Symbol("alpha", positive=True)
    N = Symbol("N", integer=True, positive=True)
    n, before = symbols("n m", integer=True, nonnegative=True)
    y, new_y = IndexedBase("y"), IndexedBase("y'")
    x_1, x_2, y_1, y_2 = symbols("x_1 x_2 y_1 y_2", integer=True)

    beta = Formula(
        left=Function("p")(lam),
        right=gamma(2 * alpha) / gamma(alpha) ** 2 * lam ** (alpha - 1) * (1 - lam) ** (alpha - 1),
        variable=lam,
        defaults={alpha: Rational(1)},
    )

    _before = (before, Mod(n - 1, N))

    mixup = Formula(left=result[n, i, j], right=lam * x[n, i, j] + (1 - lam) * x[before, i, j], definitions=(_before,))

    mixup_labels = Formula(left=new_y[n, k], right=lam * y[n, k] + (1 - lam) * y[before, k], definitions=(_before,))

    _box = (
        (x_1, Max(0, column - floor(W * sqrt(1 - lam) / 2))),
        (x_2, Min(W, column + floor(W * sqrt(1 - lam) / 2))),
        (y_1, Max(0, row - floor(H * sqrt(1 - lam) / 2))),
        (y_2, Min(H, row + floor(H * sqrt(1 - lam) / 2))),
    )

    cutmix = Formula(
        left=result[n, i, j],
        right=Piecewise((x[before, i, j], _inside((y_1, y_2), (x_1, x_2))), (x[n, i, j], True)),
        definitions=(_before, *_box),
    )

    cutmix_labels = Formula(
        left=new_y[n, k],
        right=kept * y[n, k] + (1 - kept) * y[before, k],
        definitions=((kept, 1 - (x_2 - x_1) * (y_2 - y_1) / (W * H)), _before, *_box),
    )

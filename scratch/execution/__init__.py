"""What executes the pages' blocks and notebooks, and keeps what they left while serving.

run: in worker processes. trace: what a block depends on. store: what is kept. serving: what lives from build to build.
making: pages of what was executed.
"""

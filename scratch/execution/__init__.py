"""What executes the pages: run (their blocks, in workers), trace (what a block depends on), store (what is kept)."""

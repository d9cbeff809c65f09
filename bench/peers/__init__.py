"""What anyone would write instead of this system, as good as we can make it, to measure beside."""

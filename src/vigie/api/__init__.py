"""The API: the same rights, actions and words as the pages, for programs. It holds no rule."""

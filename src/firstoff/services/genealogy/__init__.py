"""What went into what, and where it is: records of any kind taken in, readings kept with them."""

from firstoff.services.genealogy.post import (
    LARGEST_POST,
    Answer,
    Mode,
    PostAnswer,
    post_records,
)

__all__ = ["LARGEST_POST", "Answer", "Mode", "PostAnswer", "post_records"]

//! What waits for people: the queue.

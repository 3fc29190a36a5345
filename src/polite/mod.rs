//! Politeness: robots.txt, one request at a time per origin, back-off.

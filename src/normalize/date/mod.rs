//! Dates as forums print them, in every language, or honestly unknown.

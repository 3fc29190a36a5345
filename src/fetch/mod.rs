//! Pages from the network, a captured crawl or a file.

//! Nothing: a package needs a target besides its tests, and trybuild wants a library.

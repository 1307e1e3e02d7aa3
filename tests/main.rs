//! The whole product from outside: the built `lyceum` command over HTTP, in both of its shapes.

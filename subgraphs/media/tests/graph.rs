//! media over its graph, as the router asks it.

mod authorization;
mod entities;
mod hostile;
mod mutations;
mod paging;
mod playing;
mod quota;

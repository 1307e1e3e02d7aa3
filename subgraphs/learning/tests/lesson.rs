mod placing;
mod recordings;

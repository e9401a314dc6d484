//! What the table says and how it is found, through the public API.

mod lookup;
mod profiles;
mod table;
mod vocabulary;

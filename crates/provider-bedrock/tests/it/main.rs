//! The provider driven through its public record against the emulator, over real sockets.

mod fixture;

mod answers;
mod failures;
mod requests;
mod retries;
mod routes;
mod waiting;

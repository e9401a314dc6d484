//! How much room an answer is given where the context window is nearly full, so that the service does not refuse the
//! request.
//!
//! Separate because it rests on a guess, [`Context::estimated_tokens`](clawdia_core::Context::estimated_tokens), and pays
//! for that with a margin.

/// How many of `wanted` tokens an answer may have beside a prompt of `prompt` tokens in a window of `window` (0: not
/// known). A margin pays for the guess; where it would leave little room, only a small one does.
pub(super) fn room(wanted: u64, prompt: u64, window: u64) -> u64 {
    const LEAST_MARGIN: u64 = 4_096;
    const LITTLE_ROOM: u64 = 32_768;
    if window == 0 {
        return wanted.max(1);
    }
    let margin = LEAST_MARGIN.max((prompt.saturating_mul(15)).div_ceil(100));
    let mut room = window.saturating_sub(prompt).saturating_sub(margin);
    if room < LITTLE_ROOM {
        room = LITTLE_ROOM.min(window.saturating_sub(prompt).saturating_sub(LEAST_MARGIN));
    }
    wanted.min(room.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_gets_what_the_window_leaves() {
        assert_eq!(room(64_000, 1_000, 200_000), 64_000);
        assert_eq!(room(64_000, 180_000, 200_000), 15_904);
        assert_eq!(room(64_000, 5_000, 4_096), 1);
        assert_eq!(room(64_000, 5_000, 0), 64_000);
        assert_eq!(room(0, 5_000, 0), 1);
    }
}

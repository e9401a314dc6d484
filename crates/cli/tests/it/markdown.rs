//! What a document shows as code, for tests that run it.

/// A fenced block.
#[derive(Debug)]
pub(crate) struct Block {
    /// The language that its fence names.
    pub(crate) language: String,
    /// The line of its fence, counted from one.
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// The fenced blocks of a document, and the pieces of code within its sentences.
#[track_caller]
pub(crate) fn code(document: &str) -> (Vec<Block>, Vec<String>) {
    let (mut blocks, mut prose) = (Vec::new(), String::new());
    let mut lines = document.lines().zip(1..);
    while let Some((line, number)) = lines.next() {
        let Some(language) = line.trim_start().strip_prefix("```") else {
            prose += line;
            prose.push('\n');
            continue;
        };
        let block = lines.by_ref().map(|(line, _)| line).take_while(|line| line.trim() != "```");
        let text = block.collect::<Vec<_>>().join("\n") + "\n";
        blocks.push(Block { language: language.to_owned(), line: number, text });
    }
    assert!(prose.matches('`').count().is_multiple_of(2), "a piece of code has no end");
    let pieces = prose.split('`').skip(1).step_by(2);
    (blocks, pieces.map(|piece| piece.split_whitespace().collect::<Vec<_>>().join(" ")).collect())
}

//! What users say and tools return, block by block.
//!
//! Separate from the order of turns: here it is decided what the model can take of a message's content, and what is said
//! in the place of the rest.

use std::borrow::Cow;

use clawdia_core::{
    CachePoint as CallersPoint, CacheRetention, Context, Diagnostic, Document, GuardContent, Image, Message,
    ProviderError, SearchResult, ToolResultBlock, UserBlock, Video,
};

use crate::request::block::{Block, CachePoint, Enabled, GuardBlock, Lifetime, SearchResultBlock, TextOnly};
use crate::request::image::Images;
use crate::request::media::{self, DocumentNames};
use crate::request::model_traits::ModelTraits;
use crate::request::remark::tell;

/// What stands where nothing is left to say: the service refuses empty messages.
pub(super) const PLACEHOLDER: &str = "<empty>";

/// Why nothing is cited from what is to be.
const CITES_NOTHING: &str = "the model does not cite from what it is given";

/// A piece of content, whoever it is from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    Image(&'a Image),
    Document(&'a Document),
    Video(&'a Video),
    Audio,
    SearchResult(&'a SearchResult),
    Guarded(&'a GuardContent),
    CachePoint(&'a CallersPoint),
    /// A kind that this version does not know.
    Unknown,
}

impl<'a> From<&'a UserBlock> for Piece<'a> {
    fn from(block: &'a UserBlock) -> Self {
        match block {
            UserBlock::Text(text) => Self::Text(&text.text),
            UserBlock::Image(image) => Self::Image(image),
            UserBlock::Document(document) => Self::Document(document),
            UserBlock::Video(video) => Self::Video(video),
            UserBlock::Audio(_) => Self::Audio,
            UserBlock::SearchResult(result) => Self::SearchResult(result),
            UserBlock::GuardContent(content) => Self::Guarded(content),
            UserBlock::CachePoint(point) => Self::CachePoint(point),
            _ => Self::Unknown,
        }
    }
}

impl<'a> From<&'a ToolResultBlock> for Piece<'a> {
    fn from(block: &'a ToolResultBlock) -> Self {
        match block {
            ToolResultBlock::Text(text) => Self::Text(&text.text),
            ToolResultBlock::Image(image) => Self::Image(image),
            ToolResultBlock::Document(document) => Self::Document(document),
            ToolResultBlock::Video(video) => Self::Video(video),
            ToolResultBlock::Audio(_) => Self::Audio,
            ToolResultBlock::SearchResult(result) => Self::SearchResult(result),
            ToolResultBlock::CachePoint(point) => Self::CachePoint(point),
            _ => Self::Unknown,
        }
    }
}

/// What a tool result may hold besides text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ResultTakes {
    pub(super) images: bool,
    /// Documents, videos and search hits.
    pub(super) files: bool,
}

/// Turns pieces into blocks, and counts what the whole request may hold only so often.
#[derive(Debug)]
pub(super) struct Content<'a> {
    traits: &'a ModelTraits,
    names: DocumentNames,
    images: Images,
    /// A request may hold one video: the newest.
    newest_video: Option<&'a Video>,
    /// Whether there is a guardrail to look at anything.
    guarded: bool,
}

impl<'a> Content<'a> {
    pub(super) fn new(context: &'a Context, traits: &'a ModelTraits, guarded: bool) -> Self {
        // A result may belong to no call and be left out, so a user's own video goes first.
        let users = context.messages.iter().rev().find_map(|message| match message {
            Message::User(message) => message.content.iter().rev().find_map(|block| match block {
                UserBlock::Video(video) => Some(video),
                _ => None,
            }),
            Message::Assistant(_) | Message::ToolResult(_) => None,
        });
        let results = || {
            context.messages.iter().rev().find_map(|message| match message {
                Message::ToolResult(message) => message.content.iter().rev().find_map(|block| match block {
                    ToolResultBlock::Video(video) => Some(video),
                    _ => None,
                }),
                Message::User(_) | Message::Assistant(_) => None,
            })
        };
        Self {
            traits,
            names: DocumentNames::default(),
            images: Images::default(),
            newest_video: users.or_else(results),
            guarded,
        }
    }

    /// The blocks of a user's message; never none.
    pub(super) fn of_user(
        &mut self,
        pieces: impl Iterator<Item = Piece<'a>>,
        place: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Vec<Block<'a>>, ProviderError> {
        let mut blocks = Vec::new();
        for (index, piece) in pieces.enumerate() {
            let place = format!("{place}.content[{index}]");
            match piece {
                Piece::Image(_) if !self.traits.images => {
                    omit(&mut blocks, "(image omitted: model does not support images)", diagnostics);
                }
                Piece::Image(image) => blocks.push(self.images.block(
                    image,
                    &self.traits.behaviour.media,
                    &place,
                    diagnostics,
                )?),
                Piece::CachePoint(point) => blocks.push(cache_point(*point)),
                piece => self.push(piece, false, &place, &mut blocks, diagnostics)?,
            }
        }
        let says_nothing = |block: &Block<'_>| matches!(block, Block::CachePoint(_));
        let documents = blocks.iter().any(|block| matches!(block, Block::Document(_)));
        let texts = blocks.iter().any(|block| matches!(block, Block::Text(_)));
        if blocks.iter().all(says_nothing) || (documents && !texts) {
            blocks.insert(0, Block::text(PLACEHOLDER));
        }
        Ok(blocks)
    }

    /// The blocks of a tool's result; never none. What the model does not take inside a result goes to `behind`, to follow
    /// all results of the turn: images, and callers' cache points.
    pub(super) fn of_result(
        &mut self,
        pieces: impl Iterator<Item = Piece<'a>>,
        takes: ResultTakes,
        place: &str,
        behind: &mut Vec<Block<'a>>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Vec<Block<'a>>, ProviderError> {
        let mut blocks = Vec::new();
        for (index, piece) in pieces.enumerate() {
            let place = format!("{place}.content[{index}]");
            match piece {
                Piece::Image(_) if !self.traits.images => {
                    omit(&mut blocks, "(tool image omitted: model does not support images)", diagnostics);
                }
                Piece::Image(image) => {
                    let image =
                        self.images.block(image, &self.traits.behaviour.media, &place, diagnostics)?;
                    if takes.images {
                        blocks.push(image);
                    } else {
                        behind.push(image);
                        note(&mut blocks, "(image attached after the tool results)");
                    }
                }
                Piece::SearchResult(result) if !takes.files => push_as_text(result, &mut blocks),
                piece @ (Piece::Document(_) | Piece::Video(_)) if !takes.files => {
                    let before = behind.len();
                    self.push(piece, false, &place, behind, diagnostics)?;
                    if behind.len() > before {
                        note(&mut blocks, "(file attached after the tool results)");
                    }
                }
                Piece::CachePoint(point) => behind.push(cache_point(*point)),
                piece => self.push(piece, true, &place, &mut blocks, diagnostics)?,
            }
        }
        if blocks.is_empty() {
            blocks.push(Block::text(PLACEHOLDER));
        }
        Ok(blocks)
    }

    /// Checks what only the whole request tells.
    pub(super) fn check(&self) -> Result<(), ProviderError> {
        self.images.check(&self.traits.behaviour.media, self.names.count())
    }

    fn push(
        &mut self,
        piece: Piece<'a>,
        is_result: bool,
        place: &str,
        blocks: &mut Vec<Block<'a>>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<(), ProviderError> {
        match piece {
            Piece::Text(text) => push_text(blocks, text),
            Piece::Guarded(content) if self.guarded && !content.text.trim().is_empty() => {
                let text = Cow::Borrowed(content.text.as_str());
                blocks.push(Block::GuardContent(GuardBlock::text(text, &content.qualifiers)));
            }
            Piece::Guarded(content) => push_text(blocks, &content.text),
            Piece::Document(_) if self.traits.capabilities().documents == Some(false) => {
                omit(blocks, "(document omitted: model does not support documents)", diagnostics);
            }
            Piece::Document(document) => {
                let media = &self.traits.behaviour.media;
                let mut block = media::document(document, &mut self.names, media, place)?;
                let reason = if self.traits.capabilities().citations != Some(true) {
                    Some(CITES_NOTHING)
                } else if is_result {
                    Some("documents in tool results cannot be cited from")
                } else if !media::is_citable(&media::essence(&document.mime_type)) {
                    Some("only PDF and plain text can be cited from")
                } else {
                    None
                };
                if let Some(reason) = reason.filter(|_| block.citations.take().is_some()) {
                    tell(diagnostics, "bedrock_citations_dropped", reason);
                }
                blocks.push(Block::Document(block));
            }
            Piece::Video(_) if self.traits.capabilities().video != Some(true) => {
                omit(blocks, "(video omitted: model does not support video)", diagnostics);
            }
            Piece::Video(video) if self.newest_video.is_some_and(|newest| std::ptr::eq(newest, video)) => {
                blocks.push(media::video(video, &self.traits.behaviour.media, place)?);
            }
            Piece::Video(_) => {
                omit(blocks, "(video omitted: Amazon Bedrock accepts one video per request)", diagnostics);
            }
            Piece::Audio => omit(blocks, "(audio omitted: model does not support audio)", diagnostics),
            Piece::SearchResult(result) => self.push_search_result(result, blocks, diagnostics),
            Piece::Image(_) | Piece::CachePoint(_) | Piece::Unknown => {
                omit(blocks, "(content omitted: not supported)", diagnostics);
            }
        }
        Ok(())
    }

    /// Some models cite from search hits; the others read them.
    fn push_search_result(
        &self,
        result: &'a SearchResult,
        blocks: &mut Vec<Block<'a>>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let cited = result.citations && self.traits.capabilities().citations == Some(true);
        if result.citations && !cited {
            tell(diagnostics, "bedrock_citations_dropped", CITES_NOTHING);
        }
        let passages = result.content.iter().map(String::as_str).filter(|text| !text.trim().is_empty());
        if self.traits.capabilities().search_results == Some(true) && passages.clone().next().is_some() {
            blocks.push(Block::SearchResult(SearchResultBlock {
                source: &result.source,
                title: &result.title,
                content: passages.map(|text| TextOnly { text }).collect(),
                citations: cited.then_some(Enabled { enabled: true }),
            }));
        } else {
            push_as_text(result, blocks);
        }
    }
}

fn push_as_text(result: &SearchResult, blocks: &mut Vec<Block<'_>>) {
    let passages = result.content.iter().map(String::as_str).filter(|text| !text.trim().is_empty());
    let passages = passages.collect::<Vec<_>>().join("\n\n");
    blocks.push(Block::Text(Cow::Owned(format!("{} ({})\n\n{passages}", result.title, result.source))));
}

pub(super) fn push_text<'a>(blocks: &mut Vec<Block<'a>>, text: &'a str) {
    if !text.trim().is_empty() {
        blocks.push(Block::Text(Cow::Borrowed(text)));
    }
}

/// Says in the place of something that it is left out, and once among the diagnostics.
pub(super) fn omit(blocks: &mut Vec<Block<'_>>, text: &'static str, diagnostics: &mut Vec<Diagnostic>) {
    note(blocks, text);
    tell(diagnostics, "bedrock_content_omitted", text);
}

/// Says something in the place of what stood there; a run of the same is said once.
fn note(blocks: &mut Vec<Block<'_>>, text: &'static str) {
    let repeated = matches!(blocks.last(), Some(Block::Text(last)) if last == text);
    if !repeated {
        blocks.push(Block::text(text));
    }
}

/// A caller's mark. The plan for caching decides whether it may stand.
pub(super) fn cache_point<'a>(point: CallersPoint) -> Block<'a> {
    let ttl =
        if point.retention == Some(CacheRetention::Long) { Lifetime::OneHour } else { Lifetime::FiveMinutes };
    Block::CachePoint(CachePoint::new(ttl))
}

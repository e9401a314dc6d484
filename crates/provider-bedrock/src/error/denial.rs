//! What IAM says when it denies an action: which, on what, and by which kind of policy.
//!
//! Separate because it is read from a sentence of IAM's own, and all of its parts decide who has to do what.

/// A denial, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Denial<'a> {
    /// `bedrock:InvokeModel` for example.
    pub(super) action: &'a str,
    /// The ARN of what it was denied on.
    pub(super) resource: Option<&'a str>,
    pub(super) reason: Reason<'a>,
}

/// Why an action is denied. Policies are named as IAM names their kinds, `service control policy` for example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reason<'a> {
    /// A policy of this kind says no, which no other policy can outweigh.
    DeniedBy(&'a str),
    /// No policy of this kind says yes.
    AllowedByNo(&'a str),
    Unstated,
}

impl<'a> Denial<'a> {
    /// Reads the sentence; `None` if it is another.
    pub(super) fn read(message: &'a str) -> Option<Self> {
        let (_, rest) = message.split_once("not authorized to perform: ")?;
        let action = word(rest)?;
        let resource = rest.split_once(" on resource: ").and_then(|(_, rest)| word(rest));
        let denied_by = rest.split_once(" explicit deny in a").and_then(|(_, rest)| {
            // "a service control policy: arn:…", "an identity-based policy".
            let (_, kind) = rest.split_once(' ')?;
            kind.split([':', '"', ',']).next()
        });
        let allowed_by_no = rest
            .split_once("because no ")
            .and_then(|(_, rest)| rest.split_once(" allows"))
            .map(|(kind, _)| kind.trim());
        let reason = match (denied_by, allowed_by_no) {
            (Some(kind), _) => Reason::DeniedBy(kind.trim().trim_end_matches('.')),
            (None, Some(kind)) => Reason::AllowedByNo(kind),
            (None, None) => Reason::Unstated,
        };
        Some(Self { action, resource, reason })
    }
}

/// The first word, without what ends a sentence.
fn word(text: &str) -> Option<&str> {
    let word = text.split_whitespace().next()?.trim_end_matches(['.', ',', ';', '"']);
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0";

    #[track_caller]
    fn check(sentence: &str, reason: Reason<'_>) {
        let message = format!(
            "User: arn:aws:iam::111122223333:user/a is not authorized to perform: bedrock:InvokeModel on resource: \
             {MODEL}{sentence}"
        );
        let expected = Denial { action: "bedrock:InvokeModel", resource: Some(MODEL), reason };
        assert_eq!(Denial::read(&message), Some(expected));
    }

    #[test]
    fn all_parts_are_read() {
        check("", Reason::Unstated);
        check(".", Reason::Unstated);
        check(
            " with an explicit deny in an identity-based policy",
            Reason::DeniedBy("identity-based policy"),
        );
        check(
            " with an explicit deny in a service control policy: arn:aws:organizations::9:policy/o/p",
            Reason::DeniedBy("service control policy"),
        );
        check(
            " because no identity-based policy allows the bedrock:InvokeModel action",
            Reason::AllowedByNo("identity-based policy"),
        );
        check(
            " because no permissions boundary allows the bedrock:InvokeModel action",
            Reason::AllowedByNo("permissions boundary"),
        );
    }

    #[test]
    fn a_sentence_without_an_action_is_no_denial() {
        assert_eq!(Denial::read("You don't have access to the model"), None);
        assert_eq!(Denial::read("not authorized to perform: "), None);
        let short = Denial::read("not authorized to perform: bedrock:InvokeModel").unwrap();
        assert_eq!((short.action, short.resource), ("bedrock:InvokeModel", None));
    }
}

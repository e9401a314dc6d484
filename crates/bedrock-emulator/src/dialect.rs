//! How each of the services words a refusal: in JSON with a name in a header, in XML, in HTML.
//!
//! A refusal is the same three things everywhere; only Bedrock's own wording is beside it, because
//! everything but the credentials is Bedrock's.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::body::ReplyBody;
use crate::exchange::escaped;
use crate::identifiers;
use crate::operation::Operation;
use crate::refusal::Refusal;

/// Whose words a refusal is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Bedrock,
    InstanceMetadata,
    Container,
    /// The query protocol of the token service.
    Query,
    /// The portal of single sign-on.
    Portal,
    /// OAuth, as single sign-on renews its logins.
    Tokens,
}

impl Dialect {
    /// The words in which an operation is refused.
    pub(crate) fn of(operation: Operation) -> Self {
        match operation {
            Operation::InstanceToken
            | Operation::InstanceMetadata
            | Operation::InstanceRole
            | Operation::InstanceRoleCredentials => Self::InstanceMetadata,
            Operation::ContainerCredentials => Self::Container,
            Operation::AssumeRole
            | Operation::AssumeRoleWithWebIdentity
            | Operation::GetCallerIdentity
            | Operation::UnknownAction => Self::Query,
            Operation::GetRoleCredentials | Operation::ListAccounts | Operation::ListAccountRoles => {
                Self::Portal
            }
            Operation::CreateToken | Operation::RegisterClient | Operation::StartDeviceAuthorization => {
                Self::Tokens
            }
            _ => Self::Bedrock,
        }
    }

    /// The response that carries a refusal.
    pub(crate) fn response(self, refusal: &Refusal) -> Response<ReplyBody> {
        let Refusal { status, exception, message, .. } = refusal;
        match self {
            Self::Bedrock => refusal.response(),
            Self::InstanceMetadata => respond(*status, "text/html", page(*status, exception)),
            Self::Container => json_error(*status, None, &json!({ "code": exception, "message": message })),
            Self::Query => respond(*status, "text/xml", query_error(refusal)),
            Self::Portal => {
                let kind = format!("com.amazonaws.switchboard.portal#{exception}");
                json_error(*status, Some(exception), &json!({ "message": message, "__type": kind }))
            }
            Self::Tokens => {
                let body = json!({ "error": oauth_error(exception), "error_description": message });
                json_error(*status, Some(exception), &body)
            }
        }
    }
}

fn respond(status: u16, content_type: &'static str, body: String) -> Response<ReplyBody> {
    let mut response = Response::new(ReplyBody::fixed(Bytes::from(body)));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn json_error(status: u16, exception: Option<&str>, body: &Value) -> Response<ReplyBody> {
    let mut response = respond(status, "application/json", body.to_string());
    if let Some(Ok(name)) = exception.map(HeaderValue::from_str) {
        response.headers_mut().insert("x-amzn-errortype", name);
        response.headers_mut().insert("x-amzn-requestid", identifiers::request_id());
    }
    response
}

// The page of a web server, which the metadata service looks like.
fn page(status: u16, name: &str) -> String {
    let title = format!("{status} - {name}");
    format!(
        "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n\
         <!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\"\n\
         \t\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n\
         <html xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"en\" lang=\"en\">\n \
         <head>\n  <title>{title}</title>\n </head>\n <body>\n  <h1>{title}</h1>\n </body>\n</html>\n"
    )
}

// The token service has older names for what every service refuses.
fn query_error(refusal: &Refusal) -> String {
    let (code, message) = match (refusal.status, refusal.exception.as_str()) {
        (403, "UnrecognizedClientException") => ("InvalidClientTokenId", refusal.message.as_str()),
        (403, "InvalidSignatureException") => ("SignatureDoesNotMatch", refusal.message.as_str()),
        (403, "ExpiredTokenException") => ("ExpiredToken", refusal.message.as_str()),
        (403, "MissingAuthenticationTokenException") => {
            ("MissingAuthenticationToken", "Request is missing Authentication Token")
        }
        (
            _,
            exception @ ("IncompleteSignatureException" | "AccessDeniedException" | "ThrottlingException"),
        ) => (exception.trim_end_matches("Exception"), refusal.message.as_str()),
        (_, exception) => (exception, refusal.message.as_str()),
    };
    let kind = if refusal.status < 500 { "Sender" } else { "Receiver" };
    let request_id = identifiers::request_id();
    format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>{kind}</Type>\n    \
         <Code>{}</Code>\n    <Message>{}</Message>\n  </Error>\n  <RequestId>{}</RequestId>\n</ErrorResponse>\n",
        escaped(code),
        escaped(message),
        request_id.to_str().unwrap_or_default(),
    )
}

// `InvalidGrantException` is `invalid_grant`.
fn oauth_error(exception: &str) -> String {
    let name = exception.trim_end_matches("Exception");
    name.chars().enumerate().fold(String::new(), |mut word, (index, letter)| {
        if letter.is_ascii_uppercase() && index > 0 {
            word.push('_');
        }
        word.push(letter.to_ascii_lowercase());
        word
    })
}

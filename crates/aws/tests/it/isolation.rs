//! Nothing comes from anywhere but the environment that was handed in, and identities stay apart.

use std::time::{Duration, SystemTime};

use clawdia_aws::{Aws, AwsSettings, CredentialSource, FoundIn};
use clawdia_core::{HostContext, ProviderConfig};

use crate::caller::Caller;

/// Runs this test again in a process whose environment says other things than the environment that is handed in.
#[test]
fn the_processs_environment_has_no_influence() {
    const INNER: &str = "CLAWDIA_AWS_TEST_INNER";
    if std::env::var_os(INNER).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(nobody_is_found());
        return;
    }
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".aws")).unwrap();
    let keys = "[default]\naws_access_key_id = AKIAPROCESS\naws_secret_access_key = x\nregion = sa-east-1\n";
    std::fs::write(home.path().join(".aws/credentials"), keys).unwrap();
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "isolation::the_processs_environment_has_no_influence"])
        .envs([
            (INNER, "1"),
            ("AWS_ACCESS_KEY_ID", "AKIAPROCESS"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
            ("AWS_BEARER_TOKEN_BEDROCK", "x"),
            ("AWS_PROFILE", "lost"),
            ("AWS_REGION", "sa-east-1"),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9"),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent"),
            ("AWS_ROLE_ARN", "x"),
            ("HTTPS_PROXY", "socks5://nowhere"),
            ("AWS_CA_BUNDLE", "/nonexistent"),
            ("HOME", home.path().to_str().unwrap()),
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

async fn nobody_is_found() {
    let caller = Caller::new();
    let identity = caller.identify().await;
    assert_eq!(identity.source, CredentialSource::DefaultChain);
    assert_eq!(identity.credentials.unwrap_err().attempts().len(), 7);
    assert_eq!(identity.region, "us-east-1");
    assert_eq!(identity.endpoint, "https://bedrock-runtime.us-east-1.amazonaws.com");
    // Without a home directory there are no files either, wherever the process's own are.
    let host = HostContext::new([("AWS_EC2_METADATA_DISABLED", "true")].into_iter().collect());
    let settings = AwsSettings::resolve(&ProviderConfig::new("x"), host.environment()).unwrap();
    assert!(!Aws::of(&host).detect(&settings).await.is_present());
}

#[tokio::test]
async fn accounts_and_regions_work_side_by_side() {
    let caller = Caller::new().file(
        ".aws/credentials",
        "[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = x\n\
         [play]\naws_access_key_id = AKIAPLAY\naws_secret_access_key = x\n",
    );
    let settings = |profile: &str, region: &str| {
        let mut config = ProviderConfig::new("amazon-bedrock");
        config.profile = Some(profile.to_owned());
        config.region = Some(region.to_owned());
        AwsSettings::resolve(&config, &caller.environment()).unwrap()
    };
    let connect = async |profile: &str, region: &str| {
        caller.aws().connect(&settings(profile, region), None).await.unwrap()
    };
    let work = connect("work", "eu-west-1").await;
    let work_elsewhere = connect("work", "us-west-2").await;
    let play = connect("play", "eu-west-1").await;
    assert_eq!((work.region(), work_elsewhere.region()), ("eu-west-1", "us-west-2"));
    assert_eq!(work.identity_key().await, work_elsewhere.identity_key().await);
    assert_ne!(work.identity_key().await, play.identity_key().await);
    assert_eq!(connect("work", "eu-west-1").await.number(), work.number(), "made once");
    let identity = caller.aws().identify(&settings("play", "eu-west-1"), None).await.unwrap();
    assert_eq!(identity.credentials.unwrap().detail, "keys of profile `play`");
}

#[tokio::test]
async fn rotated_keys_are_used_at_once() {
    let keys = |id: &str| format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = x\n");
    let caller = Caller::new().file(".aws/credentials", &keys("AKIAOLD"));
    let connection = caller.connect().await.unwrap();
    let key = connection.identity_key().await;
    assert_eq!(caller.credentials().await.access_key_id(), "AKIAOLD");
    caller.write(".aws/credentials", &keys("AKIANEWER"));
    assert_eq!(caller.credentials().await.access_key_id(), "AKIANEWER");
    assert_eq!(caller.connect().await.unwrap().identity_key().await, key, "of the connection that is there");
}

#[tokio::test]
async fn requests_need_no_authentication_where_that_is_said() {
    let caller = Caller::new().with("AWS_BEDROCK_SKIP_AUTH", "1").with("AWS_BEARER_TOKEN_BEDROCK", "token");
    let identity = caller.identify().await;
    assert_eq!(identity.source, CredentialSource::Unauthenticated);
    assert_eq!(identity.credentials.unwrap().found_in, FoundIn::Nowhere);
    let connection = caller.connect().await.unwrap();
    assert!(connection.sdk_config().token_provider().is_none());
    assert!(caller.detect().await.is_present());
    let of_entry = caller.configured(|config| config.profile = Some("work".to_owned()));
    assert_eq!(
        of_entry.settings().credential_source(),
        CredentialSource::ConfiguredProfile("work".to_owned())
    );
}

#[tokio::test]
async fn identity_keys_hold_no_secret_and_tell_tokens_apart() {
    let of = async |token: &str| {
        let caller = Caller::new().with("AWS_BEARER_TOKEN_BEDROCK", token);
        caller.connect().await.unwrap().identity_key().await
    };
    assert_eq!(of("a-token").await, of("a-token").await);
    assert_ne!(of("a-token").await, of("b-token").await);
    assert!(of("a-token").await.bytes().all(|byte| byte.is_ascii_hexdigit()));
}

#[tokio::test]
async fn identity_keys_tell_containers_apart_and_not_their_renewed_tokens() {
    const URL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    let key = async |caller: Caller| caller.connect().await.unwrap().identity_key().await;
    let task = async |path: &str| key(Caller::new().with(URL, format!("http://127.0.0.1:1/{path}"))).await;
    assert_eq!(task("a").await, task("a").await);
    assert_ne!(task("a").await, task("b").await);
    // Claims of a service account `{iss: "https://x", sub: …}`, with some id of the token.
    let pod = async |claims: &str| {
        let token = aws_smithy_types::base64::encode(claims).replace('+', "-").replace('/', "_");
        let caller = Caller::new()
            .file("token", &format!("e30.{}.signed", token.trim_end_matches('=')))
            .with(URL, "http://169.254.170.23/v1/credentials")
            .with("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "HOME/token")
            .with_home("HOME/token");
        key(caller).await
    };
    let app = pod(r#"{"iss":"https://x","sub":"system:serviceaccount:default:app","jti":"1"}"#).await;
    assert_eq!(app, pod(r#"{"iss":"https://x","sub":"system:serviceaccount:default:app","jti":"2"}"#).await);
    assert_ne!(
        app,
        pod(r#"{"iss":"https://x","sub":"system:serviceaccount:default:batch","jti":"1"}"#).await
    );
    assert_ne!(app, pod(r#"{"iss":"https://y","sub":"system:serviceaccount:default:app","jti":"1"}"#).await);
    assert_ne!(pod("no claims").await, pod("other").await);
}

#[tokio::test]
async fn no_debug_output_holds_a_secret() {
    let caller = Caller::new()
        .file(".aws/credentials", "[default]\naws_access_key_id = AKIA\naws_secret_access_key = hushhush\n")
        .with("HTTPS_PROXY", "http://user:hushhush@proxy:1");
    let identity = caller.identify().await;
    let connection = caller.connect().await.unwrap();
    let shown = format!("{identity:?} {connection:?} {:?} {:?}", caller.aws(), caller.settings());
    assert!(!shown.contains("hushhush"), "{shown}");
    let key = Caller::new().with("AWS_BEARER_TOKEN_BEDROCK", "hushhush");
    let shown = format!("{:?} {:?} {:?}", key.connect().await.unwrap(), key.settings(), key.aws());
    assert!(!shown.contains("hushhush"), "{shown}");
}

#[tokio::test]
async fn credentials_past_their_end_are_looked_up_again() {
    use std::sync::atomic::{AtomicU64, Ordering};

    use aws_smithy_types::DateTime;
    use aws_smithy_types::date_time::Format;

    use crate::loopback::Loopback;

    let asked = AtomicU64::new(0);
    let server = Loopback::answering(move |_| {
        let number = asked.fetch_add(1, Ordering::Relaxed);
        // Only the first ends at once.
        let ends = SystemTime::now() + Duration::from_hours(number);
        let ends = DateTime::from(ends).fmt(Format::DateTime).unwrap();
        let id = format!(r#""AccessKeyId":"ASIA{number}""#);
        (200, format!(r#"{{{id},"SecretAccessKey":"x","Token":"t","Expiration":"{ends}"}}"#))
    })
    .await;
    let caller = Caller::new().with("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url());
    for expected in ["ASIA0", "ASIA1", "ASIA1"] {
        assert_eq!(caller.credentials().await.access_key_id(), expected);
    }
    assert_eq!(server.asked().len(), 2);
}

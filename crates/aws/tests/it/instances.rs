//! The role of an EC2 instance, by its metadata service.

use std::time::Duration;

use clawdia_aws::{CredentialSource, CredentialsFailureKind, FoundIn, RegionOrigin};

use crate::caller::{Caller, check_failure};
use crate::loopback::{Answer, Asked, Loopback};

/// What an instance with the role `app` in Ireland answers, to those with a session token.
fn instance(asked: &Asked) -> Answer {
    let text = |text: &str| (200, text.to_owned());
    if asked.method == "PUT" && asked.path == "/latest/api/token" {
        assert_eq!(asked.header("x-aws-ec2-metadata-token-ttl-seconds"), Some("21600"));
        return text("session-token");
    }
    if asked.header("x-aws-ec2-metadata-token") != Some("session-token") {
        return (401, String::new());
    }
    match asked.path.as_str() {
        "/latest/meta-data/iam/security-credentials/" => text("app"),
        "/latest/meta-data/iam/security-credentials/app" => text(
            r#"{"Code":"Success","AccessKeyId":"ASIAINSTANCE","SecretAccessKey":"hush","Token":"session",
                "Expiration":"2099-01-01T00:00:00Z"}"#,
        ),
        "/latest/meta-data/placement/region" => text("eu-west-1"),
        _ => (404, String::new()),
    }
}

#[tokio::test]
async fn a_role_works_without_any_environment() {
    let server = Loopback::answering(instance).await;
    let caller = Caller::new().on_instance(server.url());
    let identity = caller.identify().await;
    let found = identity.credentials.as_ref().unwrap();
    assert_eq!(identity.source, CredentialSource::DefaultChain);
    assert_eq!(found.found_in, FoundIn::InstanceMetadata);
    assert_eq!(identity.to_string(), "default AWS SDK chain: instance role `app` (IMDS)");
    assert_eq!(
        (identity.region.as_str(), &identity.region_origin),
        ("eu-west-1", &RegionOrigin::InstanceMetadata)
    );
    let credentials = caller.credentials().await;
    assert_eq!((credentials.access_key_id(), credentials.session_token()), ("ASIAINSTANCE", Some("session")));
    assert!(caller.detect().await.is_present());
    // One token, one role, its credentials, one region, however often it is asked.
    assert_eq!(server.asked().len(), 4, "{:?}", server.asked());
}

#[tokio::test]
async fn the_documented_workaround_still_works() {
    let server = Loopback::answering(instance).await;
    let caller = Caller::new()
        .on_instance(server.url())
        .with("AWS_PROFILE", "default")
        .with("AWS_REGION", "us-east-1");
    let identity = caller.identify().await;
    assert_eq!(identity.to_string(), "AWS_PROFILE `default`: instance role `app` (IMDS)");
    assert_eq!(identity.region, "us-east-1", "said by the environment");
    assert!(!server.asked().contains(&"GET /latest/meta-data/placement/region".to_owned()));
}

#[tokio::test]
async fn a_misspelt_profile_never_becomes_the_instances_role() {
    let server = Loopback::answering(instance).await;
    let files = "[profile work]\nregion = eu-west-1\n[profile play]\n";
    let by_variable =
        Caller::new().on_instance(server.url()).file(".aws/config", files).with("AWS_PROFILE", "wrok");
    let by_option = Caller::new()
        .on_instance(server.url())
        .file(".aws/config", files)
        .configured(|config| config.profile = Some("wrok".to_owned()));
    for (caller, named_by) in [(by_variable, "AWS_PROFILE"), (by_option, "`profile`")] {
        let failure = caller.failure().await;
        check_failure(&failure, &[named_by, "`wrok`", "`play`, `work`"], named_by);
        assert_eq!(failure.kind(), CredentialsFailureKind::UnknownProfile);
        assert!(!caller.detect().await.is_present());
    }
    assert_eq!(server.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_configured_profile_default_has_to_be_there() {
    let caller = Caller::new().configured(|config| config.profile = Some("default".to_owned()));
    check_failure(&caller.failure().await, &["`default`", "there are no profiles"], "aws configure");
}

#[tokio::test]
async fn a_silent_address_is_given_up_soon_and_remembered() {
    let server = Loopback::silent().await;
    let caller = Caller::new()
        .on_instance(server.url())
        .with("AWS_METADATA_SERVICE_TIMEOUT", "0.05")
        .with("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1");
    assert!(!caller.detect().await.is_present());
    for _ in 0..5 {
        check_failure(
            &caller.failure().await,
            &["instance metadata", "no answer within 50 ms"],
            "AWS_PROFILE",
        );
    }
    assert_eq!(server.asked().len(), 1, "the silence is remembered");
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(31)).await;
    tokio::time::resume();
    caller.failure().await;
    assert_eq!(server.asked().len(), 2, "and forgotten");
}

/// The clock stands still but for what is waited for.
#[tokio::test(start_paused = true)]
async fn nobody_waits_long_where_nobody_answers() {
    let server = Loopback::silent().await;
    let caller = Caller::new().on_instance(server.url());
    let begun = tokio::time::Instant::now();
    assert!(!caller.detect().await.is_present());
    assert!(begun.elapsed() < Duration::from_millis(700), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn two_hundred_callers_share_one_search() {
    let server = Loopback::answering(instance).await;
    let caller = Caller::new().on_instance(server.url());
    futures_util::future::join_all((0..200).map(|_| caller.credentials())).await;
    assert_eq!(server.asked().len(), 4, "{:?}", server.asked());
}

#[tokio::test]
async fn the_service_may_be_switched_off() {
    let server = Loopback::answering(instance).await;
    let caller = Caller::new().on_instance(server.url()).with("AWS_EC2_METADATA_DISABLED", "TRUE");
    check_failure(&caller.failure().await, &["AWS_EC2_METADATA_DISABLED"], "AWS_PROFILE");
    assert_eq!(server.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn an_instance_without_a_role_says_so() {
    let server = Loopback::answering(|asked| match asked.method.as_str() {
        "PUT" => (200, "t".to_owned()),
        _ => (404, String::new()),
    })
    .await;
    let failure = Caller::new().on_instance(server.url()).failure().await;
    check_failure(&failure, &["the instance has no IAM role"], "AWS role");
}

#[tokio::test]
async fn a_refusal_is_told_with_its_reason() {
    let refusing = Loopback::answering(|_| (403, String::new())).await;
    let failure = Caller::new().on_instance(refusing.url()).failure().await;
    check_failure(&failure, &["session token (IMDSv2)", "403"], "hop limit");

    let untrusted = Loopback::answering(|asked| match asked.path.as_str() {
        "/latest/api/token" => (200, "t".to_owned()),
        "/latest/meta-data/iam/security-credentials/" => (200, "app".to_owned()),
        _ => (200, r#"{"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume"}"#.to_owned()),
    })
    .await;
    let failure = Caller::new().on_instance(untrusted.url()).failure().await;
    check_failure(
        &failure,
        &["`app`", "AssumeRoleUnauthorizedAccess"],
        "trust policy name ec2.amazonaws.com",
    );
}

#[tokio::test]
async fn the_page_of_a_portal_is_no_metadata_service() {
    let portal = Loopback::answering(|_| (200, "<html>sign in</html>".to_owned())).await;
    let failure = Caller::new().on_instance(portal.url()).failure().await;
    check_failure(&failure, &["no metadata service"], "AWS_PROFILE");
}

#[tokio::test]
async fn metadata_is_reached_past_any_proxy() {
    let server = Loopback::answering(instance).await;
    let caller = Caller::new().on_instance(server.url()).with("HTTP_PROXY", "socks5://nowhere");
    assert_eq!(caller.credentials().await.access_key_id(), "ASIAINSTANCE");
}

#[tokio::test]
async fn what_is_missing_is_listed_in_the_order_it_was_looked_for() {
    let failure = Caller::new().with("AWS_ACCESS_KEY_ID", "AKID").failure().await;
    check_failure(
        &failure,
        &["AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is missing", ".aws/config"],
        "set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
    );
    let places: Vec<_> = failure.attempts().iter().map(|attempt| attempt.source).collect();
    assert_eq!(
        places,
        [
            "AWS_BEARER_TOKEN_BEDROCK",
            "AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY",
            "AWS_PROFILE",
            "shared files",
            "web identity",
            "container",
            "instance metadata",
        ]
    );
}

#[tokio::test]
async fn identity_keys_tell_the_roles_of_instances_apart() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static ROLE: AtomicUsize = AtomicUsize::new(0);
    let server = Loopback::answering(|asked| match asked.path.as_str() {
        "/latest/meta-data/iam/security-credentials/" => {
            (200, ["app", "batch"][ROLE.load(Ordering::Relaxed)].to_owned())
        }
        _ => instance(asked),
    })
    .await;
    let key = async || {
        let caller = Caller::new().on_instance(server.url()).with("AWS_REGION", "eu-west-1");
        let connection = caller.connect().await.unwrap();
        assert_eq!(connection.identity_key().await, connection.identity_key().await);
        connection.identity_key().await
    };
    let app = key().await;
    assert_eq!(app, key().await);
    assert_eq!(server.asked().len(), 4, "a token and the role's name, each time: {:?}", server.asked());
    ROLE.store(1, Ordering::Relaxed);
    assert_ne!(app, key().await);
}

#[tokio::test]
async fn a_portal_that_refuses_is_no_instance() {
    let server = Loopback::answering(|_| (403, "<html>Please log in</html>".to_owned())).await;
    let failure = Caller::new().on_instance(server.url()).failure().await;
    assert_eq!(failure.kind(), CredentialsFailureKind::NotFound, "{failure}");
}

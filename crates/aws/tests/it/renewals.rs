//! Credentials looked up anew when a service says that they have expired: as often as they expire, and not as often as it
//! is said.

use clawdia_aws::{Aws, AwsSettings, Connection};
use clawdia_core::{Environment, HostContext, ProviderConfig, Secret};

struct Caller {
    host: HostContext,
    settings: AwsSettings,
}

impl Caller {
    fn new(variables: &[(&str, &str)], configure: impl FnOnce(&mut ProviderConfig)) -> Self {
        let nowhere = [
            ("AWS_CONFIG_FILE", "/nonexistent"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ];
        let environment: Environment = nowhere.into_iter().chain(variables.iter().copied()).collect();
        let mut config = ProviderConfig::new("amazon-bedrock");
        configure(&mut config);
        let settings = AwsSettings::resolve(&config, &environment).unwrap();
        Self { host: HostContext::new(environment), settings }
    }

    async fn connect(&self) -> Connection {
        Aws::of(&self.host).connect(&self.settings, None).await.unwrap()
    }

    async fn refresh(&self, stale: &Connection) -> Option<Connection> {
        Aws::of(&self.host).refresh(&self.settings, None, stale).await.unwrap()
    }
}

#[tokio::test]
async fn all_who_say_so_of_the_same_credentials_share_the_new_ones() {
    let caller = Caller::new(&[], |_| {});
    let mut stale = caller.connect().await;
    for round in 1..4 {
        let renewed = futures_util::future::join_all((0..200).map(|_| caller.refresh(&stale))).await;
        let numbers: Vec<_> = renewed.iter().flatten().map(Connection::number).collect();
        assert_eq!(numbers, vec![stale.number() + 1; 200], "round {round}");
        stale = renewed.into_iter().flatten().next().unwrap();
    }
}

#[tokio::test]
async fn who_says_so_late_gets_what_is_there_by_now() {
    let caller = Caller::new(&[], |_| {});
    let first = caller.connect().await;
    let second = caller.refresh(&first).await.unwrap();
    let late = caller.refresh(&first).await.unwrap();
    assert_eq!(late.number(), second.number());
    assert_eq!(caller.connect().await.number(), second.number(), "and so does everybody else");
}

#[tokio::test]
async fn credentials_that_were_handed_in_stay_as_they_are() {
    let keys = [("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "env-secret")];
    let key = |config: &mut ProviderConfig| config.api_key = Some(Secret::new("key"));
    for caller in [Caller::new(&keys, |_| {}), Caller::new(&[], key)] {
        let connection = caller.connect().await;
        assert!(caller.refresh(&connection).await.is_none());
    }
    // A role is assumed with them again.
    let role = |config: &mut ProviderConfig| {
        config.role_arn = Some("arn:aws:iam::111122223333:role/app".to_owned());
    };
    let caller = Caller::new(&keys, role);
    let connection = caller.connect().await;
    assert!(caller.refresh(&connection).await.is_some());
}

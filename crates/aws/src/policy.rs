//! What stands in an IAM policy: resources in the partition that is called, and statements to paste.
//!
//! Separate because whoever lacks a permission is told what to add by two crates, in the same words as by a whole policy.

use crate::connection::Connection;
use crate::partition::Partition;

impl Connection {
    /// A resource of a policy, written for the partition `aws`, in the partition of this connection's region.
    pub fn resource(&self, pattern: &str) -> String {
        in_partition(pattern, Partition::of(self.region()).name)
    }
}

fn in_partition(pattern: &str, partition: &str) -> String {
    match pattern.strip_prefix("arn:aws:") {
        Some(rest) => format!("arn:{partition}:{rest}"),
        None => pattern.to_owned(),
    }
}

/// The statement of a policy that allows an action on resources, in one line.
pub fn statement(action: &str, resources: &[String]) -> String {
    let quoted = resources.iter().map(|resource| format!("\"{resource}\"")).collect::<Vec<_>>().join(", ");
    let resource = if resources.len() == 1 { quoted } else { format!("[{quoted}]") };
    format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": {resource}}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_arns_belong_to_a_partition() {
        let profile = "arn:aws:bedrock:*:*:inference-profile/*";
        assert_eq!(in_partition(profile, "aws-cn"), "arn:aws-cn:bedrock:*:*:inference-profile/*");
        assert_eq!(in_partition("*", "aws-cn"), "*");
        for (region, name) in
            [("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn"), ("eu-west-1", "aws")]
        {
            assert_eq!(Partition::of(region).name, name);
        }
    }

    #[test]
    fn a_statement_is_json() {
        for resources in [&["*".to_owned()][..], &["a".to_owned(), "b".to_owned()]] {
            let statement: serde_json::Value = serde_json::from_str(&statement("s:Do", resources)).unwrap();
            assert_eq!(statement["Action"], "s:Do");
        }
    }
}

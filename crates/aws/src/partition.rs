//! AWS's partitions: the worlds of their own that regions belong to, and the domains of their hosts.
//!
//! Separate because the SDK keeps its table to itself. This one is only for addresses that are shown, and for the two
//! services that are called without an SDK; where models are called, the SDK's own table decides.

/// A partition's domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Partition {
    /// Its name in ARNs.
    pub(crate) name: &'static str,
    pub(crate) suffix: &'static str,
    /// The domain of hosts that are also reached over IPv6.
    pub(crate) dual_stack_suffix: &'static str,
}

/// By the beginning of the region's name; the first is for all others.
const PARTITIONS: &[(&str, Partition)] = &[
    ("", Partition { name: "aws", suffix: "amazonaws.com", dual_stack_suffix: "api.aws" }),
    (
        "cn-",
        Partition {
            name: "aws-cn",
            suffix: "amazonaws.com.cn",
            dual_stack_suffix: "api.amazonwebservices.com.cn",
        },
    ),
    ("us-gov-", Partition { name: "aws-us-gov", suffix: "amazonaws.com", dual_stack_suffix: "api.aws" }),
    (
        "eusc-",
        Partition { name: "aws-eusc", suffix: "amazonaws.eu", dual_stack_suffix: "api.amazonwebservices.eu" },
    ),
    ("us-iso-", Partition { name: "aws-iso", suffix: "c2s.ic.gov", dual_stack_suffix: "api.aws.ic.gov" }),
    (
        "us-isob-",
        Partition { name: "aws-iso-b", suffix: "sc2s.sgov.gov", dual_stack_suffix: "api.aws.scloud" },
    ),
    (
        "eu-isoe-",
        Partition {
            name: "aws-iso-e",
            suffix: "cloud.adc-e.uk",
            dual_stack_suffix: "api.cloud-aws.adc-e.uk",
        },
    ),
    (
        "us-isof-",
        Partition { name: "aws-iso-f", suffix: "csp.hci.ic.gov", dual_stack_suffix: "api.aws.hci.ic.gov" },
    ),
];

impl Partition {
    /// The partition of a region; an unknown region belongs to the largest.
    pub(crate) fn of(region: &str) -> Self {
        let known = PARTITIONS.iter().skip(1).find(|(prefix, _)| region.starts_with(prefix));
        known.unwrap_or(&PARTITIONS[0]).1
    }

    /// AWS's own address of a service.
    pub(crate) fn address(self, service: &str, region: &str, fips: bool, dual_stack: bool) -> String {
        let fips = if fips { "-fips" } else { "" };
        let suffix = if dual_stack { self.dual_stack_suffix } else { self.suffix };
        format!("https://{service}{fips}.{region}.{suffix}")
    }
}

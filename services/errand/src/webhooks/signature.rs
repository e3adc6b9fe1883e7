//! HMAC-SHA256 over what came, compared in constant time.
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

/// Whether `signature`, in hexadecimal digits, was made with the secret over the parts in a row.
pub fn is_signed(secret: &SecretString, parts: &[&[u8]], signature: &str) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
    let tag = bytes(signature);
    tag.is_some_and(|tag| hmac::verify(&key, &parts.concat(), &tag).is_ok())
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = hex
        .chars()
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect();
    let (pairs, rest) = digits.as_deref()?.as_chunks::<2>();
    rest.is_empty()
        .then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that Slack publishes.
    const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const TAG: &str = "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

    fn signed(body: &str, tag: &str) -> bool {
        let secret = "8f742231b10e8888abcd99yyyzzz85a5".into();
        is_signed(&secret, &[b"v0:1531420618:", body.as_bytes()], tag)
    }

    #[test]
    fn the_published_example_is_accepted_and_nothing_else() {
        assert!(signed(BODY, TAG));
        assert!(!signed(&BODY.replace("foobar", "foobaz"), TAG));
        for tag in [
            "",
            "a2",
            "not hexadecimal",
            &TAG[2..],
            &TAG.replace('a', "b"),
        ] {
            assert!(!signed(BODY, tag), "{tag}");
        }
    }
}

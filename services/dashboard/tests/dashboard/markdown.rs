//! Markdown of strangers is made safe.
use errand_dashboard::markdown::to_html;

#[test]
fn nothing_in_markdown_can_run_or_call_home() {
    for (written, forbidden) in [
        ("<script>alert(1)</script>", "script"),
        ("<img src=x onerror=alert(1)>", "<img"),
        ("![x](https://evil.example/pixel.png)", "<img"),
        ("[x](javascript:alert(1))", "javascript"),
        ("[x](JaVaScRiPt:alert(1))", "alert"),
        ("[x](data:text/html;base64,PHNjcmlwdD4=)", "data:"),
        ("<a href=\"vbscript:x\">y</a>", "vbscript"),
        ("<iframe src=https://evil.example></iframe>", "iframe"),
        ("<style>*{display:none}</style>", "style"),
        ("<p style=\"position:fixed\">x</p>", "style"),
        ("<form action=/chat><input name=text></form>", "<form"),
        ("<input type=text name=message_id>", "name="),
        ("<div id=\"composer\">x</div>", "id="),
        ("<div data-into=\"messages\">x</div>", "data-into"),
        ("<svg><use href=\"data:x\"/></svg>", "<svg"),
        ("<math><mtext><script>x</script></mtext></math>", "script"),
        ("`<script>`", "<script"),
        ("```html\n<script>x</script>\n```", "<script"),
        ("```diff\n+<script>x</script>\n```", "<script"),
        ("[x](&#106;avascript:alert(1))", "javascript:"),
        ("[x](//evil.example/a)", "href"),
        ("<a href=\"jav&#x09;ascript:alert(1)\">x</a>", "href"),
        ("<details open ontoggle=alert(1)>x</details>", "ontoggle"),
        ("<button data-notify>x</button>", "<button"),
        ("<p data-live=\"/events\">x</p>", "data-live"),
        ("<p id=\"inbox\">x</p>", "id="),
        ("```diff\n+<img src=x onerror=alert(1)>\n```", "<img"),
        ("```\"><script>x</script>\na\n```", "<script"),
        (
            "https://a.example/\"onmouseover=\"alert(1)",
            "href=\"https://a.example/\"onmouseover",
        ),
    ] {
        let html = to_html(written);
        assert!(!html.contains(forbidden), "{written:?} became {html:?}");
    }
}

#[test]
fn what_people_use_stays() {
    for (written, expected) in [
        (
            "**a** _b_ `c`",
            "<p><strong>a</strong> <em>b</em> <code>c</code></p>",
        ),
        ("- [x] done", "type=\"checkbox\" checked=\"\">"),
        ("|a|b|\n|-|-|\n|1|2|", "<td>1</td>"),
        ("~~old~~", "<del>old</del>"),
        (
            "[docs](https://docs.example/a)",
            "<a href=\"https://docs.example/a\" rel=\"noopener noreferrer nofollow\">docs</a>",
        ),
        ("[mail](mailto:a@b.example)", "href=\"mailto:a@b.example\""),
        (
            "PR: https://github.com/o/r_x/pull/7.",
            ">https://github.com/o/r_x/pull/7</a>.",
        ),
        ("`https://not.a.link`", "<code>https://not.a.link</code>"),
        (
            "```diff\n+a\n-b\n```",
            "<span class=\"add\">+a\n</span><span class=\"del\">-b\n</span>",
        ),
        ("a & b < c", "a &amp; b &lt; c"),
    ] {
        let html = to_html(written);
        assert!(html.contains(expected), "{written:?} became {html:?}");
    }
}

#[test]
fn a_very_long_text_is_cut_and_says_so() {
    let html = to_html(&"ä".repeat(200_000));
    assert!(html.len() < 300_000);
    assert!(html.contains("only the first 200000 bytes are shown"));
}

//! hark's own pages: the start page, the widget and the agents' page. Static files inside the binary, nothing else.
//!
//! They hold no data: what they show comes through the API and the web chat's socket. No page loads anything from
//! elsewhere, and none may be framed.

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// One file as it is served.
#[derive(Debug, Clone, Copy)]
struct Page {
    path: &'static str,
    content_type: &'static str,
    body: &'static str,
}

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

const PAGES: &[Page] = &[
    page("/", HTML, include_str!("pages/index.html")),
    page("/desk", HTML, include_str!("pages/desk.html")),
    page("/cases/{number}", HTML, include_str!("pages/desk.html")),
    page("/widget.js", SCRIPT, include_str!("pages/widget.js")),
    page("/pages/style.css", STYLE, include_str!("pages/style.css")),
    page("/pages/desk.css", STYLE, include_str!("pages/desk.css")),
    page("/pages/desk.js", SCRIPT, include_str!("pages/desk.js")),
    page("/pages/api.js", SCRIPT, include_str!("pages/api.js")),
    page("/pages/view.js", SCRIPT, include_str!("pages/view.js")),
    page(
        "/pages/icon.svg",
        "image/svg+xml",
        include_str!("pages/icon.svg"),
    ),
];

const fn page(path: &'static str, content_type: &'static str, body: &'static str) -> Page {
    Page {
        path,
        content_type,
        body,
    }
}

/// Everything from here, nothing inline, in no frame.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/// The routes.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    PAGES.iter().fold(Router::new(), |router, page| {
        let tag = tag(page.body);
        router.route(
            page.path,
            get(async move |asked: HeaderMap| serve(page, &tag, &asked)),
        )
    })
}

/// Names the content: the same bytes have the same tag, in every build.
fn tag(body: &str) -> String {
    let digest = Sha256::digest(body.as_bytes());
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(&digest[..12]))
}

fn serve(page: &Page, tag: &str, asked: &HeaderMap) -> Response {
    let headers = [
        (header::CONTENT_TYPE, page.content_type),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        // Asked for again each time, and answered with 304 until hark is updated.
        (header::CACHE_CONTROL, "no-cache"),
        (header::ETAG, tag),
    ];
    if has(asked, tag) {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, page.body).into_response()
    }
}

/// Whether the browser says that it has this content. A proxy that compresses may have made the tag a weak one.
fn has(asked: &HeaderMap, tag: &str) -> bool {
    asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim().trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_known_page_is_not_sent_again() {
        let page = &PAGES[0];
        let tag = tag(page.body);
        for (known, status) in [
            (None, 200),
            (Some("\"other\"".to_owned()), 200),
            (Some(tag.clone()), 304),
            (Some(format!("\"other\", W/{tag}")), 304),
        ] {
            let mut asked = HeaderMap::new();
            if let Some(known) = &known {
                asked.insert(
                    header::IF_NONE_MATCH,
                    HeaderValue::from_str(known).expect("a header"),
                );
            }
            let answer = serve(page, &tag, &asked);
            assert_eq!(answer.status().as_u16(), status, "{known:?}");
            assert_eq!(
                answer.headers()[header::CONTENT_SECURITY_POLICY],
                CONTENT_SECURITY_POLICY
            );
        }
    }

    #[test]
    fn nothing_is_inline_and_nothing_comes_from_elsewhere() {
        for page in PAGES.iter().filter(|page| page.content_type == HTML) {
            for banned in [
                "<style",
                " style=",
                "<script>",
                " onclick=",
                "javascript:",
                "src=\"http",
                "href=\"http",
            ] {
                assert!(!page.body.contains(banned), "{} has {banned}", page.path);
            }
        }
    }

    #[test]
    fn no_script_reads_data_as_markup_or_code() {
        for page in PAGES.iter().filter(|page| page.content_type == SCRIPT) {
            for banned in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                "new Function",
            ] {
                assert!(!page.body.contains(banned), "{} has {banned}", page.path);
            }
        }
    }

    #[test]
    fn every_file_that_a_page_names_is_served() {
        let served: Vec<&str> = PAGES.iter().map(|page| page.path).collect();
        for page in PAGES {
            for start in ["src=\"/", "href=\"/", "from \"./"] {
                for named in page.body.split(start).skip(1) {
                    let name = named.split('"').next().expect("a first part");
                    let path = if start.starts_with("from") {
                        format!("/pages/{name}")
                    } else {
                        format!("/{name}")
                    };
                    assert!(
                        served.contains(&path.as_str()),
                        "{} names {path}",
                        page.path
                    );
                }
            }
        }
    }
}

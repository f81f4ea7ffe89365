//! Making JavaScript small without making it newer.

use oxc_allocator::Allocator;
use oxc_ast::ast::TemplateLiteral;
use oxc_ast_visit::Visit;
use oxc_codegen::{Codegen, CodegenOptions, CommentOptions};
use oxc_compat::EngineTargets;
use oxc_minifier::{CompressOptions, MangleOptions, Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType, Span};

/// What CloudFront calls, and what it gives.
const KEPT: [&str; 2] = ["handler", "cf"];

/// The edition that everything written anew may come from; `async` functions stay as they are.
const DIALECT: &str = "es2015";

/// The text, small. `cf` may be used in it without being declared.
///
/// # Errors
/// What the parser says.
pub fn minified(text: &str) -> Result<String, String> {
    let allocator = Allocator::default();
    // As a module, so that names of the top level are shortened too; what it exports is not left out as unused.
    let text = format!("{text}\nexport {{ handler }};\n");
    let parsed = Parser::new(&allocator, &text, SourceType::mjs()).parse();
    if let Some(problem) = parsed.diagnostics.first() {
        return Err(problem.to_string());
    }
    let mut program = parsed.program;
    let reserved = KEPT.iter().map(|name| (*name).into()).collect();
    let mangle = Some(MangleOptions { top_level: Some(true), reserved, ..MangleOptions::default() });
    let compress = CompressOptions { target: EngineTargets::from_target(DIALECT)?, ..CompressOptions::smallest() };
    let minifier = Minifier::new(MinifierOptions { mangle, mangle_properties: None, compress: Some(compress) });
    let scoping = minifier.minify(&allocator, &mut program).scoping;
    let options = CodegenOptions { minify: true, comments: CommentOptions::disabled(), ..CodegenOptions::default() };
    let small = Codegen::new().with_options(options).with_scoping(scoping).build(&program).code;
    let small = small.strip_suffix("export{handler};").ok_or("handler is not the one export")?;
    with_plain_strings(small)
}

/// The text with `'` about what stands between backticks: njs puts such a string together anew each time, which takes longer than
/// most of what is done with it. The code generator has no choice of quotes where it makes things small.
fn with_plain_strings(small: &str) -> Result<String, String> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, small, SourceType::mjs()).parse();
    let mut templates = Templates::default();
    templates.visit_program(&parsed.program);
    let mut text = small.to_owned();
    for span in templates.0 {
        let range = span.start as usize..span.end as usize;
        let inside = text.get(range.start + 1..range.end - 1).unwrap_or_default();
        if inside.contains(['\'', '\\', '\n', '$']) {
            return Err(format!("the string {inside:?} cannot stand between single quotes as it is"));
        }
        let plain = format!("'{inside}'");
        text.replace_range(range, &plain);
    }
    Ok(text)
}

/// Where the strings between backticks are.
#[derive(Default)]
struct Templates(Vec<Span>);

impl<'a> Visit<'a> for Templates {
    fn visit_template_literal(&mut self, it: &TemplateLiteral<'a>) {
        self.0.push(it.span());
    }
}

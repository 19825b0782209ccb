//! The names an expression reads, and how: in place, or by value.
//!
//! A name of the graph behaves like a Rust local of its own type. Whether a use lends or takes it can be seen from where
//! it stands; what is then put in its place is the caller's business.

mod macros;

use macros::is_understood;
use proc_macro2::{Ident, Span};
use syn::{
    Expr, Pat, Stmt, Token,
    spanned::Spanned,
    visit::Visit,
    visit_mut::{self, VisitMut},
};

/// How a name is used where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Looked at: `draft.len()`, `n < 12`, `&ticket`.
    Place,
    /// Taken: `Some(notes)`, `Reply { draft }`.
    Value,
    /// Taken, perhaps more than once: within a closure or a loop.
    Again,
}

/// A name of the graph in an expression.
#[derive(Debug, Clone, Copy)]
pub enum Name<'n> {
    /// A value or what a pattern binds.
    Named(&'n Ident),
    /// `_`: what the edge carries.
    Carried(Span),
}

/// Says which names are the graph's, and what stands in their place.
pub trait Names {
    /// Whether the graph has this name here.
    fn knows(&self, name: &Ident) -> bool;
    /// What stands in the place of a name that the graph has; nothing leaves it as it is.
    fn read(&mut self, name: Name<'_>, how: Use) -> Option<Expr>;
    /// A second one of what a place holds.
    fn again(&self, place: Expr) -> Expr;
    /// Something an expression of a graph cannot do.
    fn refuse(&mut self, span: Span, what: &str);
}

/// The expression with the graph's names replaced; `how` says how its value is used.
pub fn rewrite(expr: &Expr, how: Use, names: &mut dyn Names) -> Expr {
    let mut expr = expr.clone();
    Walk { names, how, hidden: Vec::new() }.visit_expr_mut(&mut expr);
    expr
}

/// The names a pattern binds. By convention a binding begins with a lower-case letter: `None` is a variant.
#[must_use]
pub fn bindings(pat: &Pat) -> Vec<Ident> {
    struct Bindings(Vec<Ident>);
    impl<'ast> Visit<'ast> for Bindings {
        fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
            let text = pat.ident.to_string();
            let variant = pat.by_ref.is_none()
                && pat.mutability.is_none()
                && pat.subpat.is_none()
                && text.starts_with(char::is_uppercase);
            if !variant && !self.0.contains(&pat.ident) {
                self.0.push(pat.ident.clone());
            }
            syn::visit::visit_pat_ident(self, pat);
        }
    }
    let mut found = Bindings(Vec::new());
    found.visit_pat(pat);
    found.0
}

/// The single name that an expression is, if it is one.
#[must_use]
pub fn single(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Path(path) if path.qself.is_none() && path.attrs.is_empty() => path.path.get_ident(),
        Expr::Group(group) => single(&group.expr),
        _ => None,
    }
}

/// Methods that by the standard library's conventions take what they are called on.
fn takes_receiver(method: &str) -> bool {
    const TAKING: [&str; 22] = [
        "and",
        "and_then",
        "err",
        "expect",
        "filter",
        "flatten",
        "map",
        "map_err",
        "map_or",
        "map_or_else",
        "ok",
        "ok_or",
        "ok_or_else",
        "or",
        "or_else",
        "unwrap",
        "unwrap_or",
        "unwrap_or_default",
        "unwrap_or_else",
        "xor",
        "zip",
        "then_some",
    ];
    method == "into" || method.starts_with("into_") || TAKING.contains(&method)
}

struct Walk<'n> {
    names: &'n mut dyn Names,
    how: Use,
    /// Names that the expression itself binds, from the outside in.
    hidden: Vec<Ident>,
}

impl Walk<'_> {
    fn with(&mut self, how: Use, expr: &mut Expr) {
        // In a closure or a loop nothing can be taken for good.
        let how = if self.how == Use::Again && how == Use::Value { Use::Again } else { how };
        let before = std::mem::replace(&mut self.how, how);
        self.visit_expr_mut(expr);
        self.how = before;
    }

    fn value(&mut self, expr: &mut Expr) {
        self.with(Use::Value, expr);
    }

    fn place(&mut self, expr: &mut Expr) {
        let before = self.how;
        self.how = Use::Place;
        self.visit_expr_mut(expr);
        self.how = before;
    }

    fn repeated(&mut self, walk: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.how, Use::Again);
        walk(self);
        self.how = before;
    }

    fn scoped(&mut self, names: Vec<Ident>, walk: impl FnOnce(&mut Self)) {
        let depth = self.hidden.len();
        self.hidden.extend(names);
        walk(self);
        self.hidden.truncate(depth);
    }

    fn is_known(&self, name: &Ident) -> bool {
        !self.hidden.contains(name) && self.names.knows(name)
    }

    /// Whether a place is a part of one of the graph's values: `draft.0.text`, `list[0]`.
    fn is_part(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Field(field) => self.is_part(&field.base),
            Expr::Index(index) => self.is_part(&index.expr),
            Expr::Paren(paren) => self.is_part(&paren.expr),
            Expr::Group(group) => self.is_part(&group.expr),
            Expr::Infer(_) => true,
            other => single(other).is_some_and(|name| self.is_known(name)),
        }
    }

    fn replace(&mut self, expr: &mut Expr) {
        let with = match &*expr {
            Expr::Infer(infer) => self.names.read(Name::Carried(infer.span()), self.how),
            other => match single(other) {
                Some(name) if self.is_known(name) => self.names.read(Name::Named(name), self.how),
                _ => None,
            },
        };
        if let Some(with) = with {
            *expr = with;
        }
    }

    fn scrutinee(&mut self, expr: &mut Expr, binds: bool) {
        if binds { self.value(expr) } else { self.place(expr) }
    }

    /// What has expressions of its own in it, some of them under new names.
    fn nested(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Match(item) => {
                let binds = item.arms.iter().any(|arm| !bindings(&arm.pat).is_empty());
                self.scrutinee(&mut item.expr, binds);
                for arm in &mut item.arms {
                    self.scoped(bindings(&arm.pat), |walk| {
                        if let Pat::Guard(guard) = &mut arm.pat {
                            walk.place(&mut guard.guard);
                        }
                        walk.visit_expr_mut(&mut arm.body);
                    });
                }
            }
            Expr::If(item) => {
                let names = self.condition(&mut item.cond);
                self.scoped(names, |walk| walk.visit_block_mut(&mut item.then_branch));
                if let Some((_, otherwise)) = &mut item.else_branch {
                    self.visit_expr_mut(otherwise);
                }
            }
            Expr::Closure(closure) => {
                let names = closure.inputs.iter().flat_map(bindings).collect();
                self.scoped(names, |walk| walk.repeated(|walk| walk.value(&mut closure.body)));
            }
            Expr::ForLoop(item) => {
                self.value(&mut item.expr);
                self.scoped(bindings(&item.pat), |walk| walk.repeated(|walk| walk.visit_block_mut(&mut item.body)));
            }
            Expr::While(item) => self.repeated(|walk| {
                let names = walk.condition(&mut item.cond);
                walk.scoped(names, |walk| walk.visit_block_mut(&mut item.body));
            }),
            Expr::Loop(item) => self.repeated(|walk| walk.visit_block_mut(&mut item.body)),
            _ => {}
        }
    }

    fn condition(&mut self, cond: &mut Expr) -> Vec<Ident> {
        match cond {
            Expr::Let(expr) => {
                let names = bindings(&expr.pat);
                self.scrutinee(&mut expr.expr, !names.is_empty());
                names
            }
            Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_)) => {
                let mut names = self.condition(&mut binary.left);
                let outer = names.clone();
                let mut more = Vec::new();
                self.scoped(outer, |walk| more = walk.condition(&mut binary.right));
                names.extend(more);
                names
            }
            other => {
                self.place(other);
                Vec::new()
            }
        }
    }
}

impl VisitMut for Walk<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        let how = self.how;
        match expr {
            Expr::Path(_) | Expr::Infer(_) => self.replace(expr),
            Expr::Paren(paren) => self.visit_expr_mut(&mut paren.expr),
            Expr::Group(group) => self.visit_expr_mut(&mut group.expr),
            Expr::Field(_) | Expr::Index(_) if how != Use::Place && self.is_part(expr) => {
                self.place(expr);
                *expr = self.names.again(expr.clone());
            }
            Expr::Field(field) => self.place(&mut field.base),
            Expr::Index(index) => {
                self.place(&mut index.expr);
                self.value(&mut index.index);
            }
            Expr::MethodCall(call) => {
                if takes_receiver(&call.method.to_string()) {
                    self.value(&mut call.receiver);
                } else {
                    self.place(&mut call.receiver);
                }
                call.args.iter_mut().for_each(|arg| self.value(arg));
            }
            Expr::Call(call) => {
                // What is called is a function, never a value of the graph.
                if single(&call.func).is_none() {
                    self.place(&mut call.func);
                }
                call.args.iter_mut().for_each(|arg| self.value(arg));
            }
            Expr::Reference(reference) => self.place(&mut reference.expr),
            Expr::Unary(unary) => self.place(&mut unary.expr),
            Expr::Binary(binary) => {
                use syn::BinOp::{And, Eq, Ge, Gt, Le, Lt, Ne, Or};
                match binary.op {
                    And(_) | Or(_) | Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_) => {
                        self.place(&mut binary.left);
                        self.place(&mut binary.right);
                    }
                    _ => {
                        self.value(&mut binary.left);
                        self.value(&mut binary.right);
                    }
                }
            }
            Expr::Struct(item) => {
                for field in &mut item.fields {
                    if field.colon_token.is_none() && single(&field.expr).is_some_and(|name| self.is_known(name)) {
                        field.colon_token = Some(Token![:](field.expr.span()));
                    }
                    self.value(&mut field.expr);
                }
                if let Some(rest) = &mut item.rest {
                    self.value(rest);
                }
            }
            Expr::Macro(mac) if is_understood(&mac.mac) => self.macro_call(&mut mac.mac),
            Expr::Macro(_) => self.other_macro(expr),
            Expr::Match(_) | Expr::If(_) | Expr::Closure(_) | Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => {
                // A branch gives a value, even where that is then only looked at: `&if flag { a } else { b }`.
                self.how = if how == Use::Place { Use::Value } else { how };
                self.nested(expr);
                self.how = how;
            }
            Expr::Await(item) => self.names.refuse(item.await_token.span, "`.await`"),
            Expr::Try(item) => self.names.refuse(item.question_token.span, "`?`"),
            Expr::Return(item) => self.names.refuse(item.return_token.span, "`return`"),
            Expr::Async(item) => self.names.refuse(item.async_token.span, "`async`"),
            Expr::Let(item) => self.place(&mut item.expr),
            _ => {
                let before = self.how;
                if before == Use::Place {
                    self.how = Use::Value;
                }
                visit_mut::visit_expr_mut(self, expr);
                self.how = before;
            }
        }
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        let depth = self.hidden.len();
        for stmt in &mut block.stmts {
            match stmt {
                Stmt::Local(local) => {
                    if let Some(init) = &mut local.init {
                        self.value(&mut init.expr);
                        if let Some((_, diverge)) = &mut init.diverge {
                            self.visit_expr_mut(diverge);
                        }
                    }
                    self.hidden.extend(bindings(&local.pat));
                }
                Stmt::Expr(expr, None) => self.visit_expr_mut(expr),
                Stmt::Expr(expr, Some(_)) => self.place(expr),
                Stmt::Macro(mac) => {
                    let (attrs, semi) = (std::mem::take(&mut mac.attrs), mac.semi_token);
                    let mut expr = Expr::Macro(syn::ExprMacro { attrs, mac: mac.mac.clone() });
                    self.visit_expr_mut(&mut expr);
                    *stmt = Stmt::Expr(expr, semi);
                }
                Stmt::Item(_) => {}
            }
        }
        self.hidden.truncate(depth);
    }
}

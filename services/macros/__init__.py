"""Macros: parse a template, say what is wrong with it, fill it in. Pure, without I/O."""

from services.macros.filters import FILTERS, FilterDoc
from services.macros.lint import Problem, Severity, lint, translate
from services.macros.positions import Place, Position, body_position
from services.macros.rendering import Rendered, UsedMacro, render
from services.macros.template import (
    Macro,
    SecretRef,
    SigRef,
    Template,
    macros_in,
    parse,
    secrets_in,
    sigs_in,
)
from services.macros.values import Value, Values
from services.macros.vocabulary import VOCABULARY, MacroDoc, MacroGroup

__all__ = [
    "FILTERS",
    "VOCABULARY",
    "FilterDoc",
    "Macro",
    "MacroDoc",
    "MacroGroup",
    "Place",
    "Position",
    "Problem",
    "Rendered",
    "SecretRef",
    "Severity",
    "SigRef",
    "Template",
    "UsedMacro",
    "Value",
    "Values",
    "body_position",
    "lint",
    "macros_in",
    "parse",
    "render",
    "secrets_in",
    "sigs_in",
    "translate",
]

"""Forms in the U.S. Web Design System's markup."""

from typing import Any

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """The project's form renderer: form and field templates, and each widget's class."""

    form_template_name = "desk/form.html"
    field_template_name = "desk/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        widget = context.get("widget")
        if isinstance(widget, dict) and widget.get("attrs") is not None:
            widget["attrs"].setdefault("class", _class_of(template_name))
        return super().render(template_name, context, request)


def _class_of(template_name: str) -> str:
    """The design system's class for a widget, by its template."""
    name = template_name.rpartition("/")[2].removesuffix(".html")
    return {
        "textarea": "usa-textarea",
        "select": "usa-select",
        # Not the design system's own, whose script speaks English alone and fails contrast in the dark.
        "file": "desk-file",
        "clearable_file_input": "desk-file",
        "checkbox": "usa-checkbox__input",
    }.get(name, "usa-input")

// One field of a form with its label, its hint and what is wrong with it, tied to each other for assistive technology.

using FhirHub.Html;

namespace FhirHub.Smart;

/// <summary>A field for one line of text.</summary>
/// <param name="Name">Its name, and its id on the page.</param>
/// <param name="Label">Its label.</param>
internal sealed record FormField(string Name, Label Label)
{
    /// <summary>The type of the input.</summary>
    public string Type { get; init; } = "text";

    /// <summary>What it holds.</summary>
    public string? Value { get; init; }

    /// <summary>What browsers may fill in (WCAG 2.1, 1.3.5).</summary>
    public string AutoComplete { get; init; } = "off";

    /// <summary>True if it can't be left empty.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Characters at most.</summary>
    public int Longest { get; init; } = 256;

    /// <summary>The keyboard of a phone.</summary>
    public string? InputMode { get; init; }

    /// <summary>What stands below the label.</summary>
    public string? Hint { get; init; }

    /// <summary>What is wrong with it.</summary>
    public string? Problem { get; init; }

    /// <summary>Writes the field.</summary>
    public void Write(SmartPage page)
    {
        var html = page.Html;
        html.Element("label", Label, ("for", Name));
        if (Hint is not null)
            html.Element("p", Hint, ("class", "hint"), ("id", $"{Name}-hint"));
        if (Problem is not null)
            html.Element("p", Problem, ("class", "problem"), ("role", "alert"), ("id", $"{Name}-problem"));
        var described = (Hint is null ? "" : $"{Name}-hint ") + (Problem is null ? "" : $"{Name}-problem");
        html.Empty(
            "input", ("type", Type), ("id", Name), ("name", Name), ("value", Value), ("autocomplete", AutoComplete), ("maxlength", $"{Longest}"), ("inputmode", InputMode),
            ("autocapitalize", Type == "text" ? "none" : null), ("spellcheck", Type == "text" ? "false" : null), ("required", IsRequired ? "required" : null),
            ("aria-invalid", Problem is null ? null : "true"), ("aria-describedby", described.Length == 0 ? null : described.TrimEnd()));
    }
}

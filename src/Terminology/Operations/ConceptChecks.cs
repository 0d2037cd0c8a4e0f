// What may be wrong with the use of a code that exists: its display, its status, that it is abstract or inactive.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>The checks of a concept that was found.</summary>
internal static class ConceptChecks
{
    // Right displays that a message lists.
    private const int DisplaysShown = 6;

    /// <summary>Checks the display against the concept's own and its designations, and chooses the one to answer with.</summary>
    /// <param name="check">The coding.</param>
    /// <param name="languages">The languages wished for.</param>
    /// <param name="further">Designations that a value set gives it beside the code system's.</param>
    public static void Display(CodingCheck check, LanguagePreference languages, IReadOnlyList<Designation> further)
    {
        if (check.Concept is not { } concept || check.System is not { } system)
            return;
        IReadOnlyList<Designation> designations = further.Count == 0 ? concept.Designations : [.. further, .. concept.Designations];
        check.Display = DisplayChoice.Of(languages, concept.Display, system.Header.Language, designations).Display;
        if (check.Question.IsMembershipOnly || check.AskedDisplay is not { Length: > 0 } asked || DisplayText.AreSame(asked, concept.Display) && IsWished(languages, system.Header.Language))
            return;

        var wished = new List<(string Text, string? Language)>();
        var others = new List<(string Text, string? Language)>();
        foreach (var (text, language) in Names(concept, system.Header.Language, designations))
            (IsWished(languages, language) ? wished : others).Add((text, language));
        if (wished.Exists(name => DisplayText.AreSame(asked, name.Text)))
            return;
        if (wished.Count == 0 && others.Exists(name => DisplayText.AreSame(asked, name.Text)))
        {
            check.Say(
                IssueSeverity.Information, "invalid", TerminologyIssueType.DisplayComment,
                $"The code {check.Named} has no display in {languages}; '{asked}' is right in another language.", check.Locate("display"));
            return;
        }

        SayWrong(check, asked, languages, wished.Count > 0 ? wished : others);
    }

    /// <summary>Checks whether the concept may be used: not if it is abstract, and only with care if it is inactive or deprecated.</summary>
    /// <returns>False if it may not.</returns>
    public static bool IsUsable(CodingCheck check, bool allowsAbstract, bool activeOnly)
    {
        if (check.Concept is not { } concept)
            return true;
        var usable = true;
        if (concept.IsAbstract && !allowsAbstract)
        {
            check.Say(
                IssueSeverity.Error, "business-rule", TerminologyIssueType.CodeRule,
                $"The code {check.Named} is abstract: it is there to group others, and is not to be chosen here. Choose one below it.", check.Locate("code"));
            usable = false;
        }

        if (concept.IsInactive && activeOnly)
        {
            check.Say(
                IssueSeverity.Error, "business-rule", TerminologyIssueType.CodeRule,
                $"The code {check.Named} is {StatusOf(concept) ?? "inactive"}, and only active codes are allowed here.", check.Locate("code"));
            usable = false;
        }
        else if (concept.IsInactive || concept.Status is "deprecated")
        {
            check.Say(
                IssueSeverity.Warning, "business-rule", TerminologyIssueType.CodeComment,
                $"The code {check.Named} is {StatusOf(concept) ?? "inactive"}; check whether it should still be used.", check.Locate("code"));
        }

        return usable;
    }

    /// <summary>Says that a code system or value set is not one to rely on.</summary>
    public static void Standing(List<TerminologyIssue> issues, string kind, string name, string? status, string? standardsStatus, bool isExperimental)
    {
        var standing = (standardsStatus, status) switch
        {
            ("deprecated" or "withdrawn", _) => standardsStatus,
            (_, "retired") => "retired",
            (_, "draft") or ("draft", _) => "draft",
            _ => isExperimental ? "experimental" : null,
        };
        if (standing is null)
            return;
        var issue = new TerminologyIssue(
            IssueSeverity.Information, "business-rule", TerminologyIssueType.StatusCheck, $"The {kind} {name} is {standing}; check whether it fits this use.");
        if (!issues.Contains(issue))
            issues.Add(issue);
    }

    /// <summary>The status to tell: none for a concept that is in use.</summary>
    public static string? StatusOf(Concept concept) => concept.Status is null or "active" ? null : concept.Status;

    private static void SayWrong(CodingCheck check, string asked, LanguagePreference languages, List<(string Text, string? Language)> right)
    {
        var wish = languages.IsNone ? "" : $" in {languages}";
        var text = right.Count == 0
            ? $"'{asked}' can't be the display of the code {check.Named}, which has none; leave the display out."
            : $"'{asked}' is no display of the code {check.Named}{wish}; right {(right.Count == 1 ? "is" : "are")} {List(right)}.";
        check.Say(
            check.Question.IsLenientAboutDisplay ? IssueSeverity.Warning : IssueSeverity.Error,
            "invalid", TerminologyIssueType.InvalidDisplay, text, check.Locate("display"));
    }

    private static string List(List<(string Text, string? Language)> names)
    {
        var shown = string.Join(", ", names.Take(DisplaysShown).Select(static name => name.Language is null ? $"'{name.Text}'" : $"'{name.Text}' ({name.Language})"));
        return names.Count > DisplaysShown ? $"{shown} and {names.Count - DisplaysShown} more" : shown;
    }

    private static IEnumerable<(string Text, string? Language)> Names(Concept concept, string? language, IReadOnlyList<Designation> designations)
    {
        if (concept.Display is { } display)
            yield return (display, language);
        foreach (var designation in designations)
        {
            if (designation.Value != concept.Display || designation.Language != language)
                yield return (designation.Value, designation.Language);
        }
    }

    // A name whose language nobody knows may be in the one that is wished for.
    private static bool IsWished(LanguagePreference languages, string? language) => languages.IsNone || language is null || languages.Accepts(language);
}

// What an answer may be: its type, its options, and the bounds that the Questionnaire gives.

using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Checks answers against the items that they answer.</summary>
/// <param name="walk">The walk.</param>
/// <param name="questionnaire">The Questionnaire, which may contain value sets.</param>
internal sealed class AnswerRules(ValidationWalk walk, ElementNode questionnaire)
{
    private const string Extensions = "http://hl7.org/fhir/StructureDefinition/";
    private const int MaxPattern = 2_000;
    private const int MaxShownOptions = 10;
    private const int MaxPatternsKept = 1_000;

    private static readonly TimeSpan MaxTime = TimeSpan.FromMilliseconds(100);

    private static readonly ConcurrentDictionary<string, Regex?> Patterns = new(StringComparer.Ordinal);

    private bool _isSlow;

    /// <summary>Checks QuestionnaireResponse.item.answer.</summary>
    public void Check(QuestionnaireItem item, ElementNode answer)
    {
        var value = answer.Child("value");
        if (!value.Exists)
            return;
        var types = item.AnswerTypes;
        if (types.Count > 0 && !types.Contains(value.Type.Name))
        {
            walk.Report(value, IssueSeverity.Error, "value", QuestionnaireMessages.AnswerType, item.LinkId, item.Type, string.Join(", ", types), value.Type.Name);
            return;
        }

        CheckOptions(item, value);
        CheckLength(item, value);
        CheckRange(item, value);
        CheckPattern(item, value);
    }

    private void CheckOptions(QuestionnaireItem item, ElementNode value)
    {
        // Free text is what open-choice is for; a code that is no option is at least worth a look.
        var isOpen = item.Type == "open-choice";
        if (isOpen && value.Type.Name == "string")
            return;
        var severity = isOpen ? IssueSeverity.Warning : IssueSeverity.Error;
        var options = item.Node.ChildrenOf("answerOption").ToList();
        if (options.Count > 0)
        {
            if (!walk.Spend(options.Count))
                return;
            if (!options.Exists(option => option.Child("value") is { Exists: true } one && AnswerComparison.AreEqual(value, one) != false))
            {
                var shown = options.Take(MaxShownOptions).Select(static o => TextOf(o.Child("value")));
                walk.Report(value, severity, "code-invalid", QuestionnaireMessages.NotAnOption, item.LinkId, TextOf(value), string.Join(", ", shown));
            }

            return;
        }

        if (value.Type.Name == "Coding" && item.Node.ChildValue("answerValueSet") is { } valueSet && value.ChildValue("code") is { } code
            && IsIn(valueSet, value.ChildValue("system"), value.ChildValue("version"), code, out var valueSetName) == false)
        {
            walk.Report(value, severity, "code-invalid", QuestionnaireMessages.NotInValueSet, item.LinkId, TextOf(value), valueSetName);
        }
    }

    // Null where it can't be told.
    private bool? IsIn(string valueSet, string? system, string? version, string code, out string valueSetName)
    {
        valueSetName = valueSet;
        if (valueSet.StartsWith('#'))
            return IsInContained(questionnaire.FindContained(valueSet.AsSpan(1)), system, code);
        if (!walk.TryGetValueSet(valueSet, out var known) || known.Value is not { } open)
            return null;
        valueSetName = open.Name;
        return open.Find(system, version, code) switch
        {
            Membership.In => true,
            Membership.NotIn => false,
            _ => null,
        };
    }

    // A contained value set has no canonical URL to open it by; the codes that it lists are enough in most cases.
    private bool? IsInContained(ElementNode valueSet, string? system, string code)
    {
        var isListed = false;
        foreach (var include in valueSet.Child("compose").ChildrenOf("include"))
        {
            isListed = true;
            if (!include.Child("concept").Exists)
                return null;
            foreach (var concept in include.ChildrenOf("concept"))
            {
                if (!walk.Spend(1))
                    return null;
                if (concept.ChildValue("code") == code && (system is null || include.ChildValue("system") == system))
                    return true;
            }
        }

        return isListed ? false : null;
    }

    private void CheckLength(QuestionnaireItem item, ElementNode value)
    {
        if (!value.IsQuoted || value.Type.Name is not ("string" or "uri") || value.GetString() is not { } text)
            return;
        if (item.Node.Child("maxLength") is { Exists: true } longest && longest.GetDecimal() is { } most && LengthOf(text) is var length && length > most)
            walk.Report(value, IssueSeverity.Error, "too-long", QuestionnaireMessages.TooLong, item.LinkId, length.ToString(), longest.GetString() ?? "");
        if (item.Extension(Extensions + "minLength") is { Exists: true } shortest && shortest.GetDecimal() is { } least && LengthOf(text) is var count && count < least)
            walk.Report(value, IssueSeverity.Error, "value", QuestionnaireMessages.TooShort, item.LinkId, count.ToString(), shortest.GetString() ?? "");
    }

    // Characters, of which some take two places in a string.
    private static int LengthOf(string text) => text.Length - text.Count(char.IsLowSurrogate);

    private void CheckRange(QuestionnaireItem item, ElementNode value)
    {
        if (item.Extension(Extensions + "minValue") is { Exists: true } least && AnswerComparison.IsLess(value, least) == true)
            walk.Report(value, IssueSeverity.Error, "value", QuestionnaireMessages.TooSmall, item.LinkId, TextOf(least));
        if (item.Extension(Extensions + "maxValue") is { Exists: true } most && AnswerComparison.IsLess(most, value) == true)
            walk.Report(value, IssueSeverity.Error, "value", QuestionnaireMessages.TooLarge, item.LinkId, TextOf(most));
        if (value.Type.Name == "decimal" && item.Extension(Extensions + "maxDecimalPlaces") is { Exists: true } places && places.GetDecimal() is { } allowed
            && value.GetDecimal() is { } number && number.Scale > allowed)
        {
            walk.Report(value, IssueSeverity.Error, "value", QuestionnaireMessages.TooPrecise, item.LinkId, places.GetString() ?? "");
        }
    }

    private void CheckPattern(QuestionnaireItem item, ElementNode value)
    {
        if (item.Extension(Extensions + "regex") is not { Exists: true } regex || regex.GetString() is not { } pattern || !value.IsPrimitive)
            return;
        try
        {
            if (!_isSlow && PatternOf(pattern) is { } compiled && !compiled.IsMatch(value.GetString() ?? ""))
                walk.Report(value, IssueSeverity.Error, "value", QuestionnaireMessages.Pattern, item.LinkId, pattern);
        }
        catch (RegexMatchTimeoutException)
        {
            // One such pattern is enough to leave out those of the whole response.
            _isSlow = true;
            walk.Report(value, IssueSeverity.Warning, "too-costly", QuestionnaireMessages.SlowPattern, pattern);
        }
    }

    // Null for a pattern that can't be used; that is the Questionnaire's fault, not the answer's.
    private static Regex? PatternOf(string pattern)
    {
        if (pattern.Length > MaxPattern)
            return null;
        if (Patterns.TryGetValue(pattern, out var known))
            return known;
        Regex? compiled;
        try
        {
            compiled = new Regex($"^(?:{pattern})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, MaxTime);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            compiled = null;
        }

        if (Patterns.Count >= MaxPatternsKept)
            Patterns.Clear();
        Patterns[pattern] = compiled;
        return compiled;
    }

    private static string TextOf(ElementNode value) => value.Type.Name switch
    {
        "Coding" => value.ChildValue("system") is { } system ? $"{system}|{value.ChildValue("code")}" : value.ChildValue("code") ?? value.ChildValue("display") ?? "",
        "Quantity" => $"{value.ChildValue("value")} {value.ChildValue("code") ?? value.ChildValue("unit")}",
        "Reference" => value.ChildValue("reference") ?? "",
        _ => value.GetString() ?? "",
    };
}

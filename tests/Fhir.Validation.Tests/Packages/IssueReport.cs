// Counts what a validator says of many resources, by kind, so that people can look at each kind once.

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FhirHub.Model;

namespace FhirHub.Validation.Tests;

/// <summary>The issues of many resources: how often each kind, and the first that was seen of it.</summary>
internal sealed partial class IssueReport
{
    private readonly Dictionary<(IssueSeverity Severity, string Kind), (int Count, string First)> _kinds = [];

    /// <summary>Number of resources.</summary>
    public int Resources { get; private set; }

    /// <summary>The kinds of errors: message, key of the invariant or profile, and element.</summary>
    public IReadOnlyList<string> Errors => [.. _kinds.Where(static kind => kind.Key.Severity <= IssueSeverity.Error).Select(static kind => kind.Key.Kind).Order(StringComparer.Ordinal)];

    /// <summary>Counts what was said of a resource.</summary>
    public void Add(string name, ElementNode resource, IReadOnlyList<Issue> issues)
    {
        Resources++;
        foreach (var issue in issues)
        {
            var kind = (issue.Severity, $"{issue.Message?.Template.Id ?? issue.Code} {Place(resource, issue)}{Subject(issue)}");
            _kinds[kind] = _kinds.TryGetValue(kind, out var known) ? (known.Count + 1, known.First) : (1, $"{name} {issue.Expression}: {issue.Diagnostics}");
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"{Resources:N0} resources");
        foreach (var ((severity, kind), (count, first)) in _kinds.OrderBy(static kind => kind.Key.Severity).ThenByDescending(static kind => kind.Value.Count))
            text.AppendLine(CultureInfo.InvariantCulture, $"{count,8:N0} {severity,-11} {kind}").AppendLine(CultureInfo.InvariantCulture, $"         {first}");
        return text.ToString();
    }

    // Of an entry, the path within its resource.
    private static string Place(ElementNode resource, Issue issue)
    {
        var path = Index().Replace(issue.Expression ?? "", "");
        if (!path.StartsWith("Bundle.entry.resource", StringComparison.Ordinal) || Entry().Match(issue.Expression!) is not { Success: true } entry)
            return path;
        var at = int.Parse(entry.Groups[1].Value, CultureInfo.InvariantCulture);
        return resource.ChildrenOf("entry").ToList()[at].Child("resource").Type.Name + path["Bundle.entry.resource".Length..];
    }

    // The first argument of a message is often what it is about: a profile, a value set, a code system, the key of an invariant.
    private static string Subject(Issue issue) => issue.Message?.Arguments is [var subject, ..] && Name().IsMatch(subject) ? $" [{subject}]" : "";

    [GeneratedRegex(@"^(http://(hl7|terminology.hl7|loinc|snomed)\.\S*|urn:[io]\S*|[a-z-]+-\d+)$", RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    [GeneratedRegex(@"\[\d+\]", RegexOptions.NonBacktracking)]
    private static partial Regex Index();

    [GeneratedRegex(@"^Bundle\.entry\[(\d+)\]", RegexOptions.None, 1000)]
    private static partial Regex Entry();
}

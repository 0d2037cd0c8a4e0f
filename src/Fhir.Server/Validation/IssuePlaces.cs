// Where issues of a resource stand in what the client sent, if the resource was judged apart from it: taken out of a Bundle or
// Parameters, or with its references resolved.

using System.Globalization;
using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>Gives issues the places of a source.</summary>
internal static class IssuePlaces
{
    /// <summary>The issue with line and column of its element in the source.</summary>
    /// <param name="issue">An issue whose expression begins with the resource's type.</param>
    /// <param name="source">The resource as it was sent.</param>
    public static Issue In(ElementNode source, Issue issue)
    {
        var (line, column) = Find(source, issue.Expression ?? "").GetPosition();
        return issue with { Line = line, Column = column };
    }

    /// <summary>The same with an expression that begins with the resource's type, for issues found in what holds the resource.</summary>
    public static Issue Within(ElementNode resource, Issue issue)
    {
        var path = resource.GetPath();
        return issue.Expression is { } expression && IsWithin(expression, path)
            ? issue with { Expression = resource.Type.Name + expression[path.Length..] }
            : issue;
    }

    /// <summary>True if the expression leads to the element of that path or to one within it.</summary>
    public static bool IsWithin(string? expression, string path) =>
        expression is not null && expression.StartsWith(path, StringComparison.Ordinal)
        && (expression.Length == path.Length || expression[path.Length] is '.' or '[');

    // The element of Patient.name[0].given[1], or the nearest that holds it: what is missing has no place of its own.
    private static ElementNode Find(ElementNode resource, string expression)
    {
        var node = resource;
        foreach (var step in expression.Split('.').Skip(1))
        {
            var bracket = step.IndexOf('[', StringComparison.Ordinal);
            var name = bracket < 0 ? step : step[..bracket];
            var index = bracket > 0 && int.TryParse(step.AsSpan(bracket + 1).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
            var next = default(ElementNode);
            foreach (var child in node.ChildrenOf(name))
            {
                if (index-- == 0)
                {
                    next = child;
                    break;
                }
            }

            if (!next.Exists)
                return node;
            node = next;
        }

        return node;
    }
}

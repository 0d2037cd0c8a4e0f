// The resource that $validate is to judge, out of whatever the body is, with what the parser said of it.

using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>The input of <c>$validate</c>.</summary>
internal sealed record ValidatedBody
{
    /// <summary>The Parameters of the body; null if the body is the resource itself, or there is none.</summary>
    public ResourceTree? Parameters { get; private init; }

    /// <summary>The resource by itself; null if there is none or its text can't be read.</summary>
    public ResourceTree? Tree { get; private init; }

    /// <summary>The resource as it was sent, for lines and columns.</summary>
    public ElementNode Source { get; private init; }

    /// <summary>What the parser said of the resource.</summary>
    public IReadOnlyList<Issue> Issues { get; private init; } = [];

    /// <summary>True for a resource that was not sent but is here.</summary>
    public bool IsStored { get; private init; }

    /// <summary>True if no resource was sent.</summary>
    public bool IsMissing => Tree is null && Issues.Count == 0;

    /// <summary>A resource that is here.</summary>
    public static ValidatedBody OfStored(ResourceTree tree) => new() { Tree = tree, Source = tree.Root, IsStored = true };

    /// <summary>Reads the body of a call.</summary>
    /// <exception cref="RefusedException">The Parameters themselves are faulty.</exception>
    public static ValidatedBody Read(FhirCall call)
    {
        if (call.Body is not { } body)
            return new ValidatedBody { Issues = call.BodyIssues };
        var source = call.BodySource.Exists ? call.BodySource : body.Root;
        if (!IsInput(call, body.Root))
            return new ValidatedBody { Tree = body, Source = source, Issues = [.. call.BodyIssues.Select(issue => IssuePlaces.Within(source, issue))] };

        var parameter = body.Root.ChildrenOf("parameter").ToList().FirstOrDefault(static parameter => parameter.ChildValue("name") == "resource").Child("resource");
        var path = parameter.Exists ? parameter.GetPath() : null;
        var issues = call.BodyIssues.Select(issue => IssuePlaces.Within(source, issue)).ToList();
        var ofResource = issues.Where(issue => path is not null && IssuePlaces.IsWithin(issue.Expression, path)).ToList();
        if (issues.Count > ofResource.Count && issues.Except(ofResource).Any(static issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal))
            throw new RefusedException(400, call.BodyIssues);
        if (path is null)
            return new ValidatedBody { Parameters = body };

        // The same text was read twice, so the same element has the same place in both, counted from the resource.
        var inSource = source == body.Root ? parameter : source.Tree[source.Index + parameter.Index];
        return new ValidatedBody
        {
            Parameters = body,
            Tree = ResourceParser.ParseJson(parameter.Json).Tree,
            Source = inSource,
            Issues = [.. ofResource.Select(issue => IssuePlaces.Within(parameter, issue))],
        };
    }

    // Parameters are the input of the operation, unless they are what it is to judge.
    private static bool IsInput(FhirCall call, ElementNode body) =>
        body.Type.Name == "Parameters"
        && (call.Route.Type != "Parameters"
            || body.ChildrenOf("parameter").ToList().Exists(static parameter => parameter.ChildValue("name") == "resource" && parameter.Child("resource").Exists));
}

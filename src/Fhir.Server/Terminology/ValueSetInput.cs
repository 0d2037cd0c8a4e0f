// Which value set an operation is about: by its address, in the body, by its URL, or by an element that is bound to it.

using FhirHub.Model;
using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary>A value set that an operation is about: a resource at hand, or a canonical.</summary>
/// <param name="Resource">The resource, or null.</param>
/// <param name="Stamp">Names the content of <paramref name="Resource"/> where it is stored; null if it was sent.</param>
/// <param name="Canonical">The canonical, or null.</param>
internal sealed record ValueSetInput(ResourceTree? Resource, string? Stamp, string? Canonical)
{
    private static readonly string[] Names = ["url", "valueSet", "context"];

    /// <summary>Reads the parameters <c>url</c>, <c>valueSetVersion</c>, <c>valueSet</c> and <c>context</c>.</summary>
    /// <exception cref="RefusedException">They name none, or contradict each other.</exception>
    public static async ValueTask<ValueSetInput> ReadAsync(FhirCall call, TerminologyRequest request, OperationInput input, CancellationToken cancel)
    {
        var given = Names.Where(input.Has).ToList();
        if (given.Count > 1)
            throw new RefusedException(400, "invalid", $"{call.Route.Name} takes one of {string.Join(", ", given)}, not several.");
        if (await request.InstanceAsync(cancel) is { } instance)
        {
            return given.Count == 0
                ? new ValueSetInput(instance.Resource, instance.Stamp, null)
                : throw new RefusedException(400, "invalid", $"The address names a value set, and {given[0]} another; send one of them.");
        }

        if (input.Values("valueSet") is [var sent])
            return new ValueSetInput(TerminologyRequest.TreeOf(sent), null, null);
        if (input.Text("context") is { } context)
            return new ValueSetInput(null, null, await BoundAsync(request.Scope, context, cancel));
        var url = input.Text("url") ?? throw new RefusedException(400, "required", $"{call.Route.Name} needs a value set: url, valueSet, context, or the address of one.");
        return new ValueSetInput(null, null, Versioned(url, input.Text("valueSetVersion")));
    }

    /// <summary>What the value set comes to.</summary>
    public ValueTask<ValueSetContent> ContentAsync(TerminologyScope scope, CancellationToken cancel) =>
        Resource is not null ? scope.ContentAsync(Resource, Stamp, cancel) : scope.ContentAsync(Canonical!, cancel);

    private static string Versioned(string url, string? version)
    {
        if (version is null)
            return url;
        var bar = url.LastIndexOf('|');
        if (bar < 0)
            return $"{url}|{version}";
        return url[(bar + 1)..] == version ? url : throw new RefusedException(
            400, "invalid", $"The url asks for version {url[(bar + 1)..]} of the value set and valueSetVersion for {version}; leave one of them out.");
    }

    // A profile's URL with an element behind a #, or the path of an element in a resource of R4.
    private static async ValueTask<string> BoundAsync(TerminologyScope scope, string context, CancellationToken cancel)
    {
        var hash = context.IndexOf('#', StringComparison.Ordinal);
        var element = hash < 0 ? context[(context.LastIndexOf('/') + 1)..] : context[(hash + 1)..];
        var dot = element.IndexOf('.', StringComparison.Ordinal);
        var profile = hash >= 0 ? context[..hash] : $"http://hl7.org/fhir/StructureDefinition/{(dot < 0 ? element : element[..dot])}";
        if (await scope.StructureDefinitionAsync(profile, cancel) is not { } found)
            throw new TerminologyException("not-found", $"The profile {profile} of the context '{context}' is not known here; write the context as profile#element, such as http://hl7.org/fhir/StructureDefinition/Observation#Observation.status.");
        var view = found.Resource.Root.Child("snapshot") is { Exists: true } snapshot ? snapshot : found.Resource.Root.Child("differential");
        foreach (var definition in view.ChildrenOf("element"))
        {
            if (definition.ChildValue("id") != element && definition.ChildValue("path") != element)
                continue;
            return definition.Child("binding").ChildValue("valueSet") ?? throw new TerminologyException(
                "not-found", $"The element {element} of {profile} is bound to no value set; name the value set by url.");
        }

        throw new TerminologyException("not-found", $"The profile {profile} has no element {element}.");
    }
}

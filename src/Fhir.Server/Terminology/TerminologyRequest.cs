// What all terminology operations read of a request: resources sent along, rules about versions, the languages wished for.

using FhirHub.Model;
using FhirHub.Storage;
using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary>A resource that was named by its address.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Stamp">Names its content.</param>
internal sealed record TerminologyInstance(ResourceTree Resource, string Stamp);

/// <summary>A terminology operation's request.</summary>
internal sealed class TerminologyRequest
{
    private const int MaxResources = 200;

    private readonly FhirCall _call;

    private TerminologyRequest(FhirCall call, TerminologyScope scope, LanguagePreference languages) => (_call, Scope, Languages) = (call, scope, languages);

    /// <summary>What it is answered from.</summary>
    public TerminologyScope Scope { get; }

    /// <summary><c>displayLanguage</c>, else <c>Accept-Language</c>.</summary>
    public LanguagePreference Languages { get; }

    /// <summary>Reads it.</summary>
    public static async ValueTask<TerminologyRequest> ReadAsync(FhirCall call, OperationInput input, CancellationToken cancel)
    {
        var scope = await call.Server.TerminologyLibrary.OpenAsync(ReadScope(input), cancel);
        foreach (var supplement in scope.Parameters.Supplements)
        {
            if (await scope.SupplementAsync(supplement, cancel) is null)
                throw new TerminologyException("not-found", $"The supplement {supplement} (useSupplement) is not known here; create it as a CodeSystem with content 'supplement', or leave it out.");
        }

        return new TerminologyRequest(call, scope, LanguagePreference.Parse(input.Text("displayLanguage") ?? call.AcceptLanguage));
    }

    /// <summary>The resource of the address, or null for a call on the type.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public async ValueTask<TerminologyInstance?> InstanceAsync(CancellationToken cancel)
    {
        return await StoredAsync(cancel) is { } stored
            ? new TerminologyInstance(_call.Server.Repository.Preparer.Read(stored), StoredTerminologySource.Stamp(stored))
            : null;
    }

    /// <summary>The code system that the call is about: the one of the address, one in the body, or by URL.</summary>
    /// <param name="inline">The parameter that may hold a CodeSystem, or null.</param>
    /// <param name="input">The parameters.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>Null if the call names it by URL.</returns>
    public async ValueTask<CodeSystem?> CodeSystemAsync(OperationInput input, string? inline, CancellationToken cancel)
    {
        if (inline is not null && input.Values(inline) is [var sent])
            return Open(TreeOf(sent));
        return await StoredAsync(cancel) is { } stored
            ? await Scope.OpenAsync(StoredTerminologySource.Stamp(stored), () => _call.Server.Repository.Preparer.Read(stored), cancel)
            : null;
    }

    /// <summary>The concept map of the address, or one in the body; null if the call names it by URL, or names none.</summary>
    public async ValueTask<ConceptMapTable?> ConceptMapAsync(OperationInput input, CancellationToken cancel)
    {
        if (input.Values("conceptMap") is [var sent])
            return ConceptMapTable.Read(TreeOf(sent));

        // A map may be large: it is taken from memory if it was read before, and not read to find that out.
        return await StoredAsync(cancel) is { } stored
            ? _call.Server.TerminologyLibrary.ConceptMap(StoredTerminologySource.Stamp(stored), () => _call.Server.Repository.Preparer.Read(stored))
            : null;
    }

    // The version of the address, or null for a call on the type.
    private async ValueTask<StoredVersion?> StoredAsync(CancellationToken cancel)
    {
        if (_call.Route.Id is null)
            return null;
        var read = await _call.Server.Repository.ReadAsync(_call.Scope, _call.Key, cancel);
        return read.IsSuccess ? read.Version! : throw new RefusedException(read.Status, read.Issues);
    }

    /// <summary>The code system of a URL.</summary>
    /// <exception cref="TerminologyException">It is not known here.</exception>
    public async ValueTask<CodeSystem> GetCodeSystemAsync(string url, string? version, CancellationToken cancel)
    {
        var resolution = await Scope.ResolveCodeSystemAsync(url, version, cancel);
        if (resolution.ViolatedCheck is { } check)
            throw new TerminologyException("invalid", $"The code system {url} is here in version {resolution.System!.Version}, and check-system-version wants {check}; load that version, or ask for another.");
        return resolution.System ?? throw new TerminologyException("not-found", resolution switch
        {
            { IsKnown: false } => $"The code system {url} is not known here; check its URL, or load it.",
            { MissedDate: { } date } => $"There was no version of the code system {url} on {date} yet; it is known in {string.Join(", ", resolution.Versions.Select(static v => v ?? "(none)"))}.",
            { AskedVersion: { } asked } when !resolution.Versions.Contains(asked) =>
                $"The code system {url} is not known here in version {asked}; it is known in {string.Join(", ", resolution.Versions.Select(static v => v ?? "(none)"))}.",
            _ => $"The code system {url} is known here by name only, without its codes; load its content.",
        });
    }

    /// <summary>A resource of the body as a tree of its own.</summary>
    public static ResourceTree TreeOf(OperationValue value) => ResourceParser.ParseJson(value.Node.Json).Tree
        ?? throw new RefusedException(400, "structure", "A resource in the parameters can't be read.");

    private static TableCodeSystem Open(ResourceTree codeSystem) => new(ConceptTableBuilder.FromResource(codeSystem.Root));

    private static ScopeParameters? ReadScope(OperationInput input)
    {
        var resources = input.Values("tx-resource");
        if (resources.Count > MaxResources)
            throw new RefusedException(400, "too-costly", $"A request may bring up to {MaxResources} resources along (tx-resource); create those that are used often.");
        var parameters = new ScopeParameters
        {
            Resources = [.. resources.Select(TreeOf)],
            SystemVersions = Canonicals(input, "system-version"),
            CheckSystemVersions = Canonicals(input, "check-system-version"),
            ForceSystemVersions = Canonicals(input, "force-system-version"),
            ValueSetVersions = [.. Canonicals(input, "default-valueset-version"), .. Canonicals(input, "valueset-version")],
            Date = AsOfDate.Read(input.Text("date")),
            Supplements = [.. input.Values("useSupplement").Select(static value => value.Text!)],
        };
        return parameters;
    }

    private static List<string> Canonicals(OperationInput input, string name)
    {
        var canonicals = input.Values(name).Select(static value => value.Text!).ToList();
        if (canonicals.Find(static canonical => !canonical.Contains('|', StringComparison.Ordinal)) is { } unversioned)
            throw new RefusedException(400, "value", $"The parameter {name} is '{unversioned}' and has no version; write it as system|version.");
        return canonicals;
    }
}

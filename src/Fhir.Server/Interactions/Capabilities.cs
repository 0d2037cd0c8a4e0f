// /metadata: written from what is registered, so it can't claim what does not run (R4 http.html#capabilities).

using System.Buffers;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Server.Export;
using FhirHub.Storage;
using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary>The CapabilityStatement and the TerminologyCapabilities of a server.</summary>
public sealed class Capabilities(FhirServer server)
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly IReadOnlyList<string> AllTypes = [.. Schema.R4.ResourceTypes.Select(static type => type.Name)];

    // But for search parameters, packages and profiles that are added, the statement depends on program and configuration, which are fixed while the process
    // runs: its date is the start, and its entity tag tells every change.
    private readonly string _date = ResourceBody.FormatInstant(server.Clock.GetUtcNow());
    private readonly string _version =
        typeof(Capabilities).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "1.0.0";

    // Clients choose the Host header, so only the last base is kept.
    private Written _last = new("", null, default, "");

    /// <summary>Answers <c>GET /metadata</c> with <c>mode=full</c>, <c>normative</c> or <c>terminology</c>.</summary>
    public async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(call);
        var terminology = false;
        foreach (var (name, value) in call.Parameters)
        {
            // All that is claimed here is of normative content, or of trial use in a version that is final, so normative equals full.
            if (name == "mode")
            {
                terminology = value switch
                {
                    "full" or "normative" => false,
                    "terminology" => true,
                    _ => throw new RefusedException(400, "value", "mode is full, normative or terminology."),
                };
            }
        }

        // Written anew when what it is about has changed: the search parameters, packages and profiles, or the code systems.
        var last = _last;
        var scope = terminology ? await server.TerminologyLibrary.OpenAsync(null, cancel) : null;
        var packages = await server.Packages.ListAsync(cancel);
        var profiles = await server.Profiles.ListAsync(cancel);
        object basis = terminology ? scope!.CacheKey! : (server.SearchParameters, packages, profiles);
        if (last.BaseUrl != call.BaseUrl || !basis.Equals(last.Basis))
        {
            var json = scope is not null ? await WriteTerminologyAsync(call.BaseUrl, scope, cancel) : WriteStatement(call.BaseUrl, packages, profiles);
            var hash = Convert.ToHexStringLower(SHA256.HashData(json.Span).AsSpan(0, 8));
            _last = last = new Written(call.BaseUrl, basis, json, $"W/\"{hash}\"");
        }

        if (call.IfNoneMatch is { } tags && (tags.Trim() == "*" || tags.Split(',').Any(t => t.Trim() == last.ETag)))
            return new FhirAnswer(304) { ETag = last.ETag };
        var shape = ResourceShape.Parse(call.Parameters, forSearch: false);
        return new FhirAnswer(200) { Json = shape.Apply(last.Json), ETag = last.ETag, Shape = shape };
    }

    /// <summary>The parameters by which a type can be searched now; those without an expression ask for texts.</summary>
    internal static IEnumerable<SearchParameter> SearchableBy(FhirServer server, string type) =>
        server.SearchParameters.ForType(type).Where(p => p.Expression is not null || (p.Code is "_content" or "_text" && server.Options.FullText));

    private ReadOnlyMemory<byte> WriteStatement(string baseUrl, IReadOnlyList<PackageRecord> packages, ILookup<string, string> profiles)
    {
        var output = new ArrayBufferWriter<byte>(1024 * 1024);
        using (var json = new Utf8JsonWriter(output, Relaxed))
        {
            WriteHead(json, "CapabilityStatement", baseUrl);
            json.WriteString("fhirVersion", "4.0.1");
            WriteStrings(json, "format", ["json", "xml", "application/fhir+json", "application/fhir+xml"]);
            WriteStrings(json, "patchFormat", Patch.MediaTypeNames);
            WriteStrings(json, "implementationGuide", [.. packages.Where(static package => package.IsWhole).Select(static package => package.Guide)]);
            json.WriteStartArray("rest");
            json.WriteStartObject();
            json.WriteString("mode", "server");
            CapabilitySecurity.Write(json, server, baseUrl);
            json.WriteStartArray("resource");
            var referrers = Referrers();
            foreach (var type in Schema.R4.ResourceTypes)
                WriteResource(json, baseUrl, type.Name, [.. profiles[type.Name]], referrers);
            json.WriteEndArray();
            WriteInteractions(json, server.Interactions.CodesOf(RouteKind.System, RouteKind.SystemHistory));
            WriteCommonSearch(json);
            WriteOperations(json, baseUrl, server.Operations.All.Where(o => o.Levels.HasFlag(OperationLevels.System)));
            WriteStrings(json, "compartment", [.. R4Definitions.Compartments.Keys.Select(c => $"http://hl7.org/fhir/CompartmentDefinition/{char.ToLowerInvariant(c[0])}{c[1..]}")]);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private async ValueTask<ReadOnlyMemory<byte>> WriteTerminologyAsync(string baseUrl, TerminologyScope scope, CancellationToken cancel)
    {
        var output = new ArrayBufferWriter<byte>(256 * 1024);
        await using (var json = new Utf8JsonWriter(output, Relaxed))
        {
            WriteHead(json, "TerminologyCapabilities", baseUrl);
            await TerminologyStatement.WriteAsync(json, scope, server.Operations, cancel);
            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private void WriteHead(Utf8JsonWriter json, string type, string baseUrl)
    {
        json.WriteStartObject();
        json.WriteString("resourceType", type);
        json.WriteString("status", "active");
        json.WriteString("date", _date);
        json.WriteString("kind", "instance");
        if (type == "CapabilityStatement")
            WriteStrings(json, "instantiates", [ExportOperation.Instantiates]);
        json.WriteStartObject("software");
        json.WriteString("name", "FhirHub");
        json.WriteString("version", _version);
        json.WriteEndObject();
        json.WriteStartObject("implementation");
        json.WriteString("description", "FhirHub FHIR R4 server");
        json.WriteString("url", baseUrl);
        json.WriteEndObject();
    }

    private void WriteResource(Utf8JsonWriter json, string baseUrl, string type, IReadOnlyList<string> profiles, ILookup<string, string> referrers)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteString("profile", $"http://hl7.org/fhir/StructureDefinition/{type}");
        WriteStrings(json, "supportedProfile", profiles);
        WriteInteractions(json, server.Interactions.CodesOf(
            RouteKind.Instance, RouteKind.Version, RouteKind.InstanceHistory, RouteKind.Type, RouteKind.TypeHistory));
        json.WriteString("versioning", "versioned-update");
        json.WriteBoolean("readHistory", server.Interactions.Find(RouteKind.Version, "GET") is not null);
        json.WriteBoolean("updateCreate", true);
        json.WriteBoolean("conditionalCreate", true);
        json.WriteString("conditionalRead", "full-support");
        json.WriteBoolean("conditionalUpdate", server.Interactions.Find(RouteKind.Type, "PUT") is not null);
        json.WriteString("conditionalDelete", server.Options.ConditionalDelete == ConditionalDeleteMode.Multiple ? "multiple" : "single");
        WriteStrings(json, "referencePolicy", server.Options.Integrity == IntegrityMode.Enforce
            ? ["literal", "logical", "enforced", "local"]
            : ["literal", "logical", "local"]);
        WriteSearch(json, type, referrers);
        WriteOperations(json, baseUrl, server.Operations.All.Where(o =>
            (o.Levels & (OperationLevels.Type | OperationLevels.Instance)) != 0 && (o.Types.Count == 0 || o.Types.Contains(type))));
        json.WriteEndObject();
    }

    private void WriteSearch(Utf8JsonWriter json, string type, ILookup<string, string> referrers)
    {
        var parameters = SearchableBy(server, type).ToList();
        WriteStrings(json, "searchInclude", ["*", .. parameters.Where(p => p.Type == SearchParameterType.Reference).Select(p => $"{type}:{p.Code}")]);
        WriteStrings(json, "searchRevInclude", ["*", .. referrers[type].Distinct().Order(StringComparer.Ordinal)]);
        json.WriteStartArray("searchParam");
        foreach (var parameter in parameters)
        {
            json.WriteStartObject();
            json.WriteString("name", parameter.Code);
            json.WriteString("definition", parameter.Url);
            json.WriteString("type", parameter.Type.ToString().ToLower(CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // What _revinclude takes, by the type that is referred to; a parameter without types leads to any.
    private ILookup<string, string> Referrers() => Schema.R4.ResourceTypes
        .SelectMany(type => server.SearchParameters.ForType(type.Name).Where(static parameter => parameter.Type == SearchParameterType.Reference)
            .SelectMany(parameter => (parameter.TargetTypes.Count > 0 ? parameter.TargetTypes : AllTypes).Select(target => (Target: target, Name: $"{type.Name}:{parameter.Code}"))))
        .ToLookup(static referrer => referrer.Target, static referrer => referrer.Name);

    // What the standard defines for all types without a SearchParameter of its own (R4 search.html).
    private static void WriteCommonSearch(Utf8JsonWriter json)
    {
        json.WriteStartArray("searchParam");
        foreach (var (name, type, meaning) in ((string, string, string)[])[
            ("_filter", "special", "An expression over the other parameters (R4 search_filter.html)."),
            ("_has", "special", "_has:TYPE:REFERENCE:PARAMETER, resources that are referred to by those that match (R4 search.html#has)."),
            ("_list", "special", "The id of a List, whose members are searched (R4 search.html#list)."),
            ("_type", "special", "Types to search where the address names none (R4 http.html#search)."),
        ])
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("type", type);
            json.WriteString("documentation", meaning);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteInteractions(Utf8JsonWriter json, IEnumerable<string> codes)
    {
        json.WriteStartArray("interaction");
        foreach (var code in codes)
        {
            json.WriteStartObject();
            json.WriteString("code", code);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteOperations(Utf8JsonWriter json, string baseUrl, IEnumerable<Operation> operations)
    {
        var any = false;
        foreach (var operation in operations)
        {
            if (!any)
                json.WriteStartArray("operation");
            any = true;
            json.WriteStartObject();
            json.WriteString("name", operation.Name);
            json.WriteString("definition", operation.IsOwn ? $"{baseUrl}/{operation.Definition}" : operation.Definition);
            json.WriteEndObject();
        }

        if (any)
            json.WriteEndArray();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private sealed record Written(string BaseUrl, object? Basis, ReadOnlyMemory<byte> Json, string ETag);
}

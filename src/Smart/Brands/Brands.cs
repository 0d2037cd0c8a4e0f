// The Bundle by which apps find this exchange among others: its brand, its endpoint, and the institutions that are reached by it.

using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FhirHub.Search;
using FhirHub.Storage;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary>When the Bundle became what it is.</summary>
/// <param name="Hash">The hash of its content.</param>
/// <param name="ChangedAt">When it was first seen so.</param>
public sealed record BrandVersion(string Hash, DateTimeOffset ChangedAt);

/// <summary>The user-access brands of this server (SMART App Launch 2.2.0, brands.html).</summary>
/// <param name="smart">The server.</param>
internal sealed class Brands(SmartService smart)
{
    private const string EndpointId = "user-access-endpoint";
    private const string BrandId = "user-access-brand";
    private const string BrandExtension = "http://hl7.org/fhir/StructureDefinition/organization-brand";
    private const string PortalExtension = "http://hl7.org/fhir/StructureDefinition/organization-portal";
    private const string AbsentExtension = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
    private const string VersionId = "bundle";

    // A host that no server has: what changes with the header Host of a request is no change of the brand.
    private const string AnyIssuer = "https://issuer.invalid";

    // What the profile knows; whatever else is in a stored Organization was not written for the public.
    private static readonly string[] s_published = ["identifier", "active", "type", "name", "alias", "telecom", "address", "partOf", "endpoint"];

    private readonly BrandOptions _options = smart.Options.Brand;

    /// <summary>Answers with the Bundle.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        var organizations = await OrganizationsAsync(http.RequestAborted);
        var changed = await ChangedAsync(HashOf(BundleOf(AnyIssuer, organizations, default)), http.RequestAborted);
        var bundle = BundleOf(smart.IssuerOf(http), organizations, changed).ToJsonString();
        var headers = http.Response.Headers;
        headers.ETag = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(bundle)).AsSpan(0, 8))}\"";
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlExposeHeaders = "ETag";
        headers.CacheControl = "private, max-age=300";
        headers.XContentTypeOptions = "nosniff";
        if (http.Request.Headers.IfNoneMatch.SelectMany(static value => value?.Split(',', StringSplitOptions.TrimEntries) ?? []).Contains(headers.ETag.ToString(), StringComparer.Ordinal))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = "application/fhir+json; charset=utf-8";
        await http.Response.WriteAsync(bundle, http.RequestAborted);
    }

    private static string HashOf(JsonObject bundle) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(bundle.ToJsonString())));

    // Which of the store's are published, the configuration says: whoever may write Organizations must not make the server show a portal of theirs.
    private async Task<IReadOnlyList<(JsonObject Organization, DateTimeOffset Updated)>> OrganizationsAsync(CancellationToken cancel)
    {
        var organizations = new List<(JsonObject, DateTimeOffset)>();
        foreach (var id in _options.Organizations)
        {
            if (id != BrandId
                && await smart.Resources.ReadAsync(AccessScope.Full, new ResourceKey("Organization", id), cancel) is { IsDeleted: false } version
                && JsonNode.Parse(version.Body.ToArray(version)) is JsonObject stored)
            {
                organizations.Add((stored, version.LastUpdated));
            }
        }

        return organizations;
    }

    private async Task<DateTimeOffset> ChangedAsync(string hash, CancellationToken cancel)
    {
        while (true)
        {
            var kept = await smart.State.BrandVersions.FindAsync(VersionId, cancel);
            if (kept?.Value.Hash == hash)
                return kept.Value.ChangedAt;
            var version = new BrandVersion(hash, smart.Clock.GetUtcNow());
            if (await smart.State.BrandVersions.PutAsync(kept is null ? new Kept<BrandVersion>(VersionId, version) : kept with { Value = version }, cancel) is not null)
                return version.ChangedAt;
        }
    }

    private JsonObject BundleOf(string issuer, IReadOnlyList<(JsonObject Organization, DateTimeOffset Updated)> organizations, DateTimeOffset changed)
    {
        var fhirBase = issuer + smart.Options.FhirPath;
        var entries = new JsonArray(Entry(fhirBase, PrimaryBrand(issuer, changed)), Entry(fhirBase, Endpoint(issuer, changed)));
        var known = organizations.Select(static entry => $"Organization/{entry.Organization["id"]}").Append($"Organization/{BrandId}").ToHashSet(StringComparer.Ordinal);
        foreach (var (organization, updated) in organizations)
            entries.Add(Entry(fhirBase, BrandOf(organization, updated, known, _options.PrimaryIdentifier(issuer))));
        return new JsonObject { ["resourceType"] = "Bundle", ["type"] = "collection", ["timestamp"] = Instant(changed), ["entry"] = entries };
    }

    private static JsonObject Entry(string fhirBase, JsonObject resource) => new() { ["fullUrl"] = $"{fhirBase}/{resource["resourceType"]}/{resource["id"]}", ["resource"] = resource };

    private JsonObject PrimaryBrand(string issuer, DateTimeOffset changed)
    {
        var extensions = new JsonArray();
        if (_options.Logo is not null)
        {
            extensions.Add(Extension(BrandExtension, ("brandLogo", "valueUrl", _options.Logo), ("brandLogoLicense", "valueUrl", _options.LogoLicense)));
        }

        var portal = Extension(
            PortalExtension,
            ("portalName", "valueString", _options.PortalName ?? _options.Name),
            ("portalDescription", "valueMarkdown", _options.PortalDescription),
            ("portalUrl", "valueUrl", _options.PortalUrl ?? smart.Discovery.AddressesOf(issuer).Manage),
            ("portalLogo", "valueUrl", _options.PortalLogo));
        portal["extension"]!.AsArray().Add(new JsonObject { ["url"] = "portalEndpoint", ["valueReference"] = Reference(EndpointId) });
        extensions.Add(portal);
        var identifiers = new JsonArray(new JsonObject { ["system"] = BrandOptions.AddressSystem, ["value"] = _options.PrimaryIdentifier(issuer) });
        foreach (var (system, value) in _options.Identifiers)
            identifiers.Add(new JsonObject { ["system"] = system, ["value"] = value });
        var brand = new JsonObject
        {
            ["resourceType"] = "Organization",
            ["id"] = BrandId,
            ["meta"] = new JsonObject { ["lastUpdated"] = Instant(changed) },
            ["extension"] = extensions,
            ["identifier"] = identifiers,
            ["active"] = true,
            ["type"] = new JsonArray(Concept(_options.Category.System, _options.Category.Code)),
            ["name"] = _options.Name,
        };
        if (_options.Aliases.Count > 0)
            brand["alias"] = new JsonArray([.. _options.Aliases.Select(static alias => JsonValue.Create(alias))]);
        brand["telecom"] = new JsonArray(new JsonObject { ["system"] = "url", ["value"] = _options.Website ?? issuer });
        if (_options.Address is not null)
            brand["address"] = new JsonArray(new JsonObject { ["text"] = _options.Address });
        brand["endpoint"] = new JsonArray(Reference(EndpointId));
        return brand;
    }

    private JsonObject Endpoint(string issuer, DateTimeOffset changed)
    {
        var contact = _options.Contact ?? _options.Website ?? issuer;
        return new JsonObject
        {
            ["resourceType"] = "Endpoint",
            ["id"] = EndpointId,
            ["meta"] = new JsonObject { ["lastUpdated"] = Instant(changed) },
            ["extension"] = new JsonArray(new JsonObject { ["url"] = "http://hl7.org/fhir/StructureDefinition/endpoint-fhir-version", ["valueCode"] = "4.0.1" }),
            ["status"] = "active",
            ["connectionType"] = new JsonObject { ["system"] = "http://terminology.hl7.org/CodeSystem/endpoint-connection-type", ["code"] = "hl7-fhir-rest" },
            ["name"] = $"FHIR R4 API of {_options.Name}",
            ["managingOrganization"] = new JsonObject { ["reference"] = $"Organization/{BrandId}" },
            ["contact"] = new JsonArray(new JsonObject { ["system"] = contact.Contains('@', StringComparison.Ordinal) ? "email" : "url", ["value"] = contact }),
            ["payloadType"] = new JsonArray(Concept("http://terminology.hl7.org/CodeSystem/endpoint-payload-type", "none")),
            ["payloadMimeType"] = new JsonArray("application/fhir+json", "application/fhir+xml"),
            ["address"] = issuer + smart.Options.FhirPath,
        };
    }

    // A stored Organization as a brand: it is reached by the endpoint of this server, whatever else it names, and one identifier is the primary brand's alone.
    private static JsonObject BrandOf(JsonObject stored, DateTimeOffset updated, HashSet<string> known, string primary)
    {
        var brand = new JsonObject
        {
            ["resourceType"] = "Organization",
            ["id"] = stored["id"]!.DeepClone(),
            ["meta"] = new JsonObject { ["lastUpdated"] = Instant(updated) },
        };
        var extensions = new JsonArray();
        foreach (var extension in stored["extension"] as JsonArray ?? [])
        {
            if (extension is JsonObject value && value["url"]?.ToString() is BrandExtension or PortalExtension)
                extensions.Add(WithEndpoint(value.DeepClone().AsObject()));
        }

        if (extensions.Count > 0)
            brand["extension"] = extensions;
        foreach (var name in s_published)
        {
            if (stored[name] is { } value)
                brand[name] = value.DeepClone();
            if (stored["_" + name] is { } primitive)
                brand["_" + name] = primitive.DeepClone();
        }

        if (brand["identifier"] is JsonArray identifiers)
        {
            foreach (var same in identifiers.Where(identifier => identifier?["system"]?.ToString() == BrandOptions.AddressSystem && identifier["value"]?.ToString() == primary).ToList())
                identifiers.Remove(same);
            if (identifiers.Count == 0)
                brand.Remove("identifier");
        }

        if (brand["partOf"]?["reference"]?.ToString() is not { } whole || !known.Contains(whole))
            brand["partOf"] = new JsonObject { ["reference"] = $"Organization/{BrandId}" };
        brand["endpoint"] = new JsonArray(Reference(EndpointId));
        RemoveOtherAbsentReasons(brand);
        return brand;
    }

    // A portal's endpoint must be one of the Bundle, and of its Organization.
    private static JsonObject WithEndpoint(JsonObject extension)
    {
        foreach (var part in (extension["extension"] as JsonArray)?.OfType<JsonObject>().Where(static part => part["url"]?.ToString() == "portalEndpoint") ?? [])
            part["valueReference"] = Reference(EndpointId);
        return extension;
    }

    // Whoever was asked may have declined or not known; other reasons are not for the public (brands.html: data absent reasons).
    private static void RemoveOtherAbsentReasons(JsonNode node)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items.OfType<JsonObject>().ToList())
            {
                if (item["url"]?.ToString() == AbsentExtension && item["valueCode"]?.ToString() is not ("asked-declined" or "asked-unknown"))
                    items.Remove(item);
                else
                    RemoveOtherAbsentReasons(item);
            }
        }
        else if (node is JsonObject members)
        {
            foreach (var (name, member) in members.ToList())
            {
                if (member is null)
                    continue;
                RemoveOtherAbsentReasons(member);
                if (member is JsonArray { Count: 0 } or JsonObject { Count: 0 })
                    members.Remove(name);
            }
        }
    }

    private static JsonObject Extension(string url, params ReadOnlySpan<(string Url, string Type, string? Value)> parts)
    {
        var extensions = new JsonArray();
        foreach (var (name, type, value) in parts)
        {
            if (value is not null)
                extensions.Add(new JsonObject { ["url"] = name, [type] = value });
        }

        return new JsonObject { ["extension"] = extensions, ["url"] = url };
    }

    private static JsonObject Concept(string system, string code) => new() { ["coding"] = new JsonArray(new JsonObject { ["system"] = system, ["code"] = code }) };

    private static JsonObject Reference(string endpoint) => new() { ["reference"] = $"Endpoint/{endpoint}" };

    private static string Instant(DateTimeOffset instant) => ResourceBody.FormatInstant(instant);
}

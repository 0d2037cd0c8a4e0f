// A version as a line of an export with all versions: a Bundle of type history with one entry (docs/export.md).

using System.Buffers;
using System.Globalization;
using FhirHub.Model;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Writes and reads versions as R4 tells them in a history (R4 http.html#history, bundle.html).</summary>
internal static class HistoryLine
{
    /// <summary>Writes the line, without its end.</summary>
    public static void Write(IBufferWriter<byte> output, StoredVersion version, string baseUrl)
    {
        output.Write("{\"resourceType\":\"Bundle\",\"type\":\"history\",\"entry\":["u8);
        BundleWriter.WriteVersion(output, version, baseUrl);
        output.Write("]}"u8);
    }

    /// <summary>Reads the entries of a history, oldest first, which is the other way round in the Bundle.</summary>
    /// <param name="bundle">The Bundle.</param>
    /// <param name="preparer">Makes the stored form of resources.</param>
    /// <param name="issue">What keeps an entry from being a version; null if all are.</param>
    public static IReadOnlyList<RestoredVersion> Read(ElementNode bundle, ResourcePreparer preparer, out Issue? issue)
    {
        var versions = new List<RestoredVersion>();
        var index = 0;
        foreach (var entry in bundle.ChildrenOf("entry"))
        {
            issue = ReadEntry(entry, preparer, out var version) is { } problem
                ? Issue.Error("value", problem, string.Create(CultureInfo.InvariantCulture, $"Bundle.entry[{index}]"))
                : null;
            if (issue is not null)
                return [];
            versions.Add(version!);
            index++;
        }

        versions.Reverse();
        var last = new Dictionary<ResourceKey, long>();
        foreach (var (version, _) in versions)
        {
            if (last.TryGetValue(version.Key, out var before) && version.Version <= before)
            {
                issue = Issue.Error("value", $"The versions of {version.Key} are not newest first.", "Bundle.entry");
                return [];
            }

            last[version.Key] = version.Version;
        }

        issue = null;
        return versions;
    }

    private static string? ReadEntry(ElementNode entry, ResourcePreparer preparer, out RestoredVersion? restored)
    {
        restored = null;
        var (request, response, resource) = (entry.Child("request"), entry.Child("response"), entry.Child("resource"));
        WriteMethod? method = request.ChildValue("method") switch
        {
            "POST" => WriteMethod.Post,
            "PUT" => WriteMethod.Put,
            "PATCH" => WriteMethod.Patch,
            "DELETE" => WriteMethod.Delete,
            _ => null,
        };
        if (method is null)
            return "request.method is none of POST, PUT, PATCH and DELETE.";
        if (resource.Exists == (method == WriteMethod.Delete))
            return "An entry has a resource unless its method is DELETE.";
        if (!EntityTags.TryParse(response.ChildValue("etag") ?? "", out _, out var numbers) || numbers is not [>= 1 and var number])
            return "response.etag is not the number of a version, such as W/\"3\".";
        if (!DateTimeOffset.TryParse(response.ChildValue("lastModified"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            || time.UtcTicks % TimeSpan.TicksPerMillisecond != 0)
        {
            return "response.lastModified is not an instant with at most milliseconds.";
        }

        if (KeyOf(resource, request.ChildValue("url")) is not { } key)
            return "Neither the resource nor request.url names a type and an id that R4 allows.";
        if (!resource.Exists)
        {
            restored = new RestoredVersion(new StoredVersion(key, number, time.ToUniversalTime(), WriteMethod.Delete, default), null);
            return null;
        }

        var prepared = preparer.Prepare(resource, key.Type);
        if (prepared.Resource is not { } content)
            return prepared.Refusal is { Issues: [var issue, ..] } ? issue.Diagnostics : "The resource can't be stored.";
        restored = new RestoredVersion(new StoredVersion(key, number, time.ToUniversalTime(), method.Value, content.Body), content);
        return null;
    }

    private static ResourceKey? KeyOf(ElementNode resource, string? url)
    {
        var (type, id) = resource.Exists
            ? (resource.Type.Name, resource.ChildValue("id"))
            : url?.Split('/') is [var named, var with] ? (named, with) : ("", null);
        return Schema.R4.FindResourceType(type) is not null && id is not null && ResourceId.IsValid(id) ? new ResourceKey(type, id) : null;
    }
}

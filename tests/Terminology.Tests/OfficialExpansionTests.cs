// Every value set of R4 that can be worked out here comes to what HL7's own expansions have.

using System.Formats.Tar;
using System.IO.Compression;
using FhirHub.Model;
using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Terminology.Tests;

public sealed class OfficialExpansionTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Expansions_agree_with_those_that_HL7_published()
    {
        if (SharedMaterial.Folder("suites") is not { } folder)
        {
            output.WriteLine("The published expansions are not beside the project; nothing was compared.");
            return;
        }

        var terminology = new LocalTerminology([new R4TerminologySource()]);
        var (agreed, wholes) = (0, 0);
        var differing = new List<string>();
        foreach (var valueSet in Published(Path.Combine(folder, "suites", "r4-expansions", "hl7.fhir.r4.expansions.tgz")))
        {
            var url = valueSet.ChildValue("url")!;
            CodeSet codes;
            try
            {
                codes = await terminology.ExpandAsync(url, default);
            }
            catch (TerminologyException e)
            {
                differing.Add($"{url}: {e.Code}: {e.Message}");
                continue;
            }

            if (codes.Systems.Any(system => codes.CodesOf(system) is null))
            {
                wholes++;
                continue;
            }

            var expected = new HashSet<string>(StringComparer.Ordinal);
            Collect(valueSet.Child("expansion"), expected);
            var found = codes.Systems.SelectMany(system => codes.CodesOf(system)!.Select(code => $"{system}|{code}")).ToHashSet(StringComparer.Ordinal);
            if (found.SetEquals(expected))
                agreed++;
            else
                differing.Add($"{url}: more {string.Join(' ', found.Except(expected).Take(5))}; less {string.Join(' ', expected.Except(found).Take(5))}");
        }

        output.WriteLine($"{agreed} agree, {wholes} have systems as a whole, {differing.Count} differ or are refused:");
        differing.ForEach(output.WriteLine);
        Assert.True(agreed > 0);
    }

    private static void Collect(ElementNode holder, HashSet<string> codes)
    {
        if (!holder.Exists)
            return;
        foreach (var entry in holder.ChildrenOf("contains"))
        {
            if (entry.ChildValue("code") is { } code)
                codes.Add($"{entry.ChildValue("system")}|{code}");
            Collect(entry, codes);
        }
    }

    private static IEnumerable<ElementNode> Published(string archive)
    {
        using var tar = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            if (!entry.Name.Contains("ValueSet-", StringComparison.Ordinal) || entry.DataStream is null)
                continue;
            var json = new MemoryStream();
            entry.DataStream.CopyTo(json);
            if (ResourceParser.ParseJson(json.ToArray()).Tree is { } tree)
                yield return tree.Root;
        }
    }
}

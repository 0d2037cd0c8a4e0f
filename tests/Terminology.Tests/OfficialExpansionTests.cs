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
        var (agreed, wider, wholes, refused) = (0, 0, 0, 0);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var valueSet in Published(Path.Combine(folder, "suites", "r4-expansions", "hl7.fhir.r4.expansions.tgz")))
        {
            var url = valueSet.ChildValue("url")!;
            if (!seen.Add(url) || R4Definitions.Find("ValueSet", url) is null)
                continue;
            CodeSet codes;
            try
            {
                codes = await terminology.ExpandAsync(url, default);
            }
            catch (TerminologyException e)
            {
                Assert.Equal("not-supported", e.Code);
                refused++;
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
            Assert.True(found.IsSupersetOf(expected), $"{url} lacks {string.Join(' ', expected.Except(found).Take(5))}");
            if (found.Count == expected.Count)
                agreed++;
            else
                wider++;
        }

        // The published ones leave out what can't be chosen in a list: abstract codes, retired ones.
        output.WriteLine($"{agreed} agree, {wider} have further codes, {wholes} have systems as a whole, {refused} filter systems whose codes are not known here.");
        Assert.True(agreed > 450, $"Only {agreed} agree.");
        Assert.True(wider < 25, $"{wider} have further codes.");
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

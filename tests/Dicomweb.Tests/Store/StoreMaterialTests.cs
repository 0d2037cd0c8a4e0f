// Every file of the material by STOW-RS: the good ones are stored as they are, the broken ones are refused beside them.

using System.Globalization;
using FhirHub.Dicom;
using FhirHub.Dicom.Tests;
using Xunit.Abstractions;

namespace FhirHub.Dicomweb.Tests;

public class StoreMaterialTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Every_file_is_stored_or_refused_with_a_reason()
    {
        if (DicomMaterial.Files.Count == 0)
        {
            output.WriteLine("The material is not there.");
            return;
        }

        var service = new DicomwebFixture();
        await service.InitializeAsync();
        try
        {
            int stored = 0, warned = 0;
            var reasons = new SortedDictionary<long, int>();
            var others = new List<string>();
            foreach (var chunk in DicomMaterial.Files.Select(file => file.Name).Order(StringComparer.Ordinal).Chunk(20))
            {
                // The files of one request share it with those that are broken.
                var companion = SentInstance.New();
                var together = await service.Client.StoreAsync([companion.ToFile(), .. chunk.Select(DicomMaterial.Read)]);
                Assert.Contains(companion.Instance, together.Stored);
                foreach (var name in chunk)
                {
                    var reply = await service.Client.StoreAsync(DicomMaterial.Read(name));
                    if (reply.Status is 200 or 202)
                    {
                        stored++;
                        warned += reply.Status == 202 ? 1 : 0;
                        Assert.Contains(reply.Stored[0], together.Stored);
                        continue;
                    }

                    Assert.Equal(409, reply.Status);
                    var reason = reply.Failed.Select(failed => failed.Reason).Concat(reply.OtherFailures).Single()!.Value;
                    reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
                    if (reason == (long)FailureReason.DuplicateInstance)
                        others.Add(name);
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {reason:X4} {Assert.Single(reply.Comments)}"));
                }
            }

            var summary = string.Join(", ", reasons.Select(reason => string.Create(CultureInfo.InvariantCulture, $"{reason.Value} {reason.Key:X4}")));
            output.WriteLine($"{stored} stored, {warned} of them with a warning; {summary}");
            Assert.Equal(DicomMaterial.Files.Count, stored + reasons.Values.Sum());

            // Docs/conformance.md has these numbers. Many files are the same instance in several transfer syntaxes.
            Assert.Equal((135, 1), (stored, warned));
            Assert.Equal("42 0111, 5 0117, 4 0122, 1 A700, 31 A900, 1 A902, 8 C000, 1 C122", summary);
            var replies = new Dictionary<int, int>();
            foreach (var name in others)
            {
                using var file = StoreCalls.Multipart([DicomMaterial.Read(name)]);
                var reply = await service.Client.SendAsync(HttpMethod.Put, "studies", file);
                replies[reply.Status] = replies.GetValueOrDefault(reply.Status) + 1;
            }

            // Two have a UID padded with zero bytes too many, or a value of odd length, which is warned of.
            Assert.Equal((40, 2), (replies[200], replies[202]));
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_is_stored_are_the_bytes_that_were_sent_but_for_preambles_and_missing_heads()
    {
        if (DicomMaterial.Files.Count == 0)
            return;
        var service = new DicomwebFixture();
        await service.InitializeAsync();
        try
        {
            var differences = new List<string>();
            foreach (var name in DicomMaterial.Files.Select(file => file.Name))
            {
                var sent = DicomMaterial.Read(name);
                var reply = await service.Client.SendAsync(HttpMethod.Put, "studies", StoreCalls.Content(sent, "application/dicom"));
                if (reply.Status is not (200 or 202))
                    continue;
                var path = reply.Addresses[0]![(service.Base.Length + 1)..].Split('/');
                var kept = await service.StoredBytesAsync(new(path[1], path[3], path[5]));
                var (before, after) = (DicomFile.Read(sent), DicomFile.Read(kept));
                if (!sent.AsSpan((int)before.DatasetOffset).SequenceEqual(kept.AsSpan((int)after.DatasetOffset)))
                    differences.Add(name);
                if (before is { HasPrefix: true, Preamble.Length: 128 } && before.Meta?.GetString(DicomTags.TransferSyntaxUID) is not null && !sent.AsSpan(128).SequenceEqual(kept.AsSpan(128)))
                    differences.Add($"{name}: the head differs");
            }

            Assert.Equal("", string.Join('\n', differences));
        }
        finally
        {
            await service.DisposeAsync();
        }
    }
}

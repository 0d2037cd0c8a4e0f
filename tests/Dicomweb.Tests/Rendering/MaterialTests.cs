// Every file beside the project that has pixels: rendered, or refused with a reason.

using System.Net;
using System.Text.Json;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;
using FhirHub.Dicom.Tests;
using Xunit.Abstractions;

namespace FhirHub.Dicomweb.Tests.Rendering;

public class MaterialTests(MaterialTests.InstalledCodecs fixture, ITestOutputHelper output) : IClassFixture<MaterialTests.InstalledCodecs>
{
    [Fact]
    public async Task Every_image_is_rendered_in_each_encoding_or_refused_with_a_reason()
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var wrong = new List<string>();
        foreach (var material in DicomMaterial.Files)
        {
            var stored = default(StoreResult);
            try
            {
                stored = await Archive.TestInstance.StoreAsync(fixture.Archive, DicomMaterial.Read(material.Name), duplicates: DuplicatePolicy.Replace);
            }
            catch (Exception refused) when (refused is DicomException or DicomwebException or ArgumentException)
            {
                Count("not stored");
                continue;
            }

            // Without UIDs there is no address; a request would not have stored it.
            if (stored.Instance is not { } instance || new[] { instance.Path.Study, instance.Path.Series, instance.Path.Instance }.Any(string.IsNullOrEmpty))
            {
                Count("not stored");
                continue;
            }

            var (status, detail) = (HttpStatusCode.OK, "");
            foreach (var (address, type) in (IReadOnlyList<(string, string)>)[("rendered", "image/jpeg"), ("rendered", "image/png"), ("rendered", "image/gif"), ("thumbnail", "image/jpeg")])
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{fixture.Base}{instance.Path}/{address}"));
                request.Headers.Add("Accept", type);
                using var answer = await fixture.Client.SendAsync(request);
                var bytes = await answer.Content.ReadAsByteArrayAsync();
                status = answer.StatusCode;
                if (status != HttpStatusCode.OK)
                {
                    using var problem = JsonDocument.Parse(bytes);
                    detail = problem.RootElement.GetProperty("detail").GetString()!;
                    break;
                }

                Assert.True(TestPicture.Size(bytes).Width > 0, material.Name);
            }

            var kind = instance.Frames == 0 ? "no image" : "image";
            Count($"{kind}, {(int)status}");
            if (status != HttpStatusCode.OK)
                output.WriteLine($"{material.Name}: {(int)status} {detail}");
            if (instance.Frames > 0 && status == HttpStatusCode.InternalServerError)
                wrong.Add(material.Name);
            var syntax = instance.TransferSyntax;
            if (instance.Frames > 0 && status == HttpStatusCode.NotAcceptable && (!syntax.IsEncapsulated || fixture.Service.Codecs.CanDecode(syntax)))
                wrong.Add($"{material.Name}: {detail}");
        }

        foreach (var (what, count) in counts)
            output.WriteLine($"{what}: {count}");
        if (counts.Count == 0)
            output.WriteLine("The files are not there.");
        Assert.Empty(wrong);

        void Count(string what) => counts[what] = counts.GetValueOrDefault(what) + 1;
    }

    /// <summary>The service with the codecs that this machine has.</summary>
    public sealed class InstalledCodecs : DicomwebFixture
    {
        protected override PixelCodecs Codecs { get; } = PixelCodecs.Create();
    }
}

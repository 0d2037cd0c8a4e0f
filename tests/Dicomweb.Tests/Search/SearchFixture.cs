// An image service with instances that a test describes by their attributes.

using System.Net.Http.Headers;
using System.Text.Json;
using FhirHub.Dicom;
using FhirHub.Dicomweb.Tests.Archive;

namespace FhirHub.Dicomweb.Tests.Search;

/// <summary>A running image service and what searches of it answer.</summary>
public class SearchFixture : DicomwebFixture
{
    /// <summary>Stores an instance of attributes by keyword; what every instance needs is added.</summary>
    internal static async Task StoreAsync(ImageArchive archive, string study, string series, string instance, params (string Keyword, string Value)[] attributes) =>
        await StoreAsync(archive, study, series, instance, dataset =>
        {
            foreach (var (keyword, value) in attributes)
                dataset.Set(Element(keyword, value));
        });

    internal static async Task StoreAsync(ImageArchive archive, string study, string series, string instance, Action<DicomDataset> fill)
    {
        var dataset = new DicomDataset();
        dataset.Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
        dataset.Set(DicomTags.SOPClassUID, "1.2.840.10008.5.1.4.1.1.2");
        dataset.Set(DicomTags.PatientID, "P");
        dataset.Set(DicomTags.Modality, "CT");
        fill(dataset);
        dataset.Set(DicomTags.StudyInstanceUID, study);
        dataset.Set(DicomTags.SeriesInstanceUID, series);
        dataset.Set(DicomTags.SOPInstanceUID, instance);
        var stored = await TestInstance.StoreAsync(archive, await DicomWriter.ToArrayAsync(new(dataset, TransferSyntax.ExplicitVRLittleEndian)));
        Assert.Equal(StoreOutcome.Created, stored.Outcome);
    }

    internal static DicomElement Element(string keyword, string value)
    {
        var entry = DicomDictionary.Find(keyword)!;
        return entry.VRs[0].IsText()
            ? DicomElement.OfText(entry.Tag, entry.VRs[0], SpecificCharacterSet.Utf8, value)
            : DicomElement.OfNumbers(entry.Tag, entry.VRs[0], [.. value.Split('\\').Select(long.Parse)]);
    }

    /// <summary>The matches of a search.</summary>
    internal async Task<JsonElement[]> FindAsync(string address)
    {
        using var answer = await Client.GetAsync(address);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{address}: {(int)answer.StatusCode} {text}");
        Assert.Equal("application/dicom+json", answer.Content.Headers.ContentType!.MediaType);
        return [.. JsonDocument.Parse(text).RootElement.EnumerateArray()];
    }

    /// <summary>The UIDs of the matches of a search.</summary>
    internal async Task<string[]> UidsAsync(string address)
    {
        var path = address.Split('?')[0];
        var tag = path.EndsWith("studies", StringComparison.Ordinal) ? "0020000D" : path.EndsWith("series", StringComparison.Ordinal) ? "0020000E" : "00080018";
        return [.. (await FindAsync(address)).Select(match => Value(match, tag)!)];
    }

    /// <summary>How many there are.</summary>
    internal async Task<long> CountAsync(string address)
    {
        var parts = address.Split('?', 2);
        var text = await Client.GetStringAsync($"{parts[0]}/count{(parts.Length > 1 ? "?" + parts[1] : "")}");
        return JsonDocument.Parse(text).RootElement.GetProperty("count").GetInt64();
    }

    /// <summary>The texts of Warning headers.</summary>
    internal async Task<string[]> WarningsAsync(string address)
    {
        using var answer = await Client.GetAsync(address);
        Assert.True(answer.IsSuccessStatusCode, address);
        return answer.Headers.TryGetValues("Warning", out var values) ? [.. values] : [];
    }

    /// <summary>The status and text of a refusal.</summary>
    internal async Task<(int Status, string Text)> RefusedAsync(string address, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (accept is not null)
            request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        using var answer = await Client.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The first value of an attribute.</summary>
    internal static string? Value(JsonElement match, string tag) =>
        match.TryGetProperty(tag, out var attribute) && attribute.TryGetProperty("Value", out var values) ? values[0].ToString() : null;
}

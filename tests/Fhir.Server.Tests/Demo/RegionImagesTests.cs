// The images of a generated region: the same each time, conformant, and of the region's own patients and orders.

using System.Text.Json.Nodes;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;
using FhirHub.Samples.Region;

namespace FhirHub.Tests.Demo;

public class RegionImagesTests
{
    private static readonly RegionSettings Settings = new();

    [Fact]
    public async Task Every_image_is_conformant_and_belongs_to_a_patient_and_an_order_of_the_region()
    {
        var patients = new HashSet<string>(StringComparer.Ordinal);
        var orders = new HashSet<string>(StringComparer.Ordinal);
        foreach (var resource in new RegionGenerator(Settings).Generate().Where(static resource => resource.Type is "Patient" or "ServiceRequest"))
        {
            foreach (var identifier in JsonNode.Parse(resource.Json.Span)!["identifier"]!.AsArray())
                (resource.Type == "Patient" ? patients : orders).Add((string)identifier!["value"]!);
        }

        var (studies, modalities, images) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        await foreach (var image in new RegionImages(Settings, 1, PixelCodecs.Managed).GenerateAsync())
        {
            var file = DicomFile.Read(image.Bytes);
            Assert.Empty(InstanceCheck.Run(file));
            Assert.True(images.Add(file.Dataset.GetString(DicomTags.SOPInstanceUID)!));
            Assert.Contains(file.Dataset.GetString(DicomTags.PatientID)!, patients);
            Assert.Contains(file.Dataset.GetString(DicomTags.AccessionNumber)!, orders);
            Assert.Equal(image.StudyInstanceUid, file.Dataset.GetString(DicomTags.StudyInstanceUID));
            studies.Add(image.StudyInstanceUid);
            modalities.Add(file.Dataset.GetString(DicomTags.Modality)!);
        }

        Assert.Equal(5, studies.Count);
        Assert.Equal(["CR", "CT", "MR", "SEG", "SR", "US"], modalities.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Equal_seeds_give_equal_images_and_other_seeds_others()
    {
        var first = await FirstAsync(Settings);
        Assert.Equal(first.Bytes.ToArray(), (await FirstAsync(Settings)).Bytes.ToArray());
        Assert.NotEqual(first.StudyInstanceUid, (await FirstAsync(Settings with { Seed = 2 })).StudyInstanceUid);
    }

    [Fact]
    public async Task No_images_are_made_where_none_are_wanted()
    {
        await foreach (var image in new RegionImages(Settings, 0, PixelCodecs.Managed).GenerateAsync())
            Assert.Fail(image.StudyInstanceUid);
    }

    private static async Task<RegionImage> FirstAsync(RegionSettings settings)
    {
        await foreach (var image in new RegionImages(settings, 1, PixelCodecs.Managed).GenerateAsync())
            return image;
        throw new InvalidOperationException("There are no images.");
    }
}

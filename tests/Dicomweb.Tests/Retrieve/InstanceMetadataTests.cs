// Kept metadata: cut, deflated and put together again for any address.

using System.Buffers;
using System.IO.Compression;
using System.Text;
using FhirHub.Dicom;
using FhirHub.Dicom.Tests;
using FhirHub.Tests;

namespace FhirHub.Dicomweb.Tests;

public class InstanceMetadataTests
{
    private const string Address = "https://images.example:8443/hub/dicomweb";
    private static readonly ImagePath Path = new("1.2.3", "1.2.3.4", "1.2.3.4.5");

    [Fact]
    public void Bulk_data_is_at_absolute_uris_of_any_address()
    {
        var dataset = WithBulkData();
        foreach (var address in (string[])[Address, "http://[::1]:80/dicomweb", "http://例え.example/dicomweb"])
            Assert.Equal(Expected(dataset, address), Encoding.UTF8.GetString(InstanceMetadata.ToJson(InstanceMetadata.Of(dataset, Path), address)));
        Assert.Contains($"\"BulkDataURI\":\"{Address}/studies/1.2.3/series/1.2.3.4/instances/1.2.3.4.5/bulkdata/00089999/2/7FE00010\"", Expected(dataset, Address), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_looks_like_a_place_stays_text()
    {
        var dataset = new DicomDataset();
        dataset.Set(new DicomElement(new(0x0008_0080), DicomVR.LO, "\0/studies/1.2.3/\0\0X"u8.ToArray()));
        Assert.Equal(Expected(dataset, Address), Encoding.UTF8.GetString(InstanceMetadata.ToJson(InstanceMetadata.Of(dataset, Path), Address)));
    }

    [Fact]
    public void An_instance_without_attributes_has_an_empty_object() =>
        Assert.Equal("{}"u8.ToArray(), InstanceMetadata.ToJson(InstanceMetadata.Of(new DicomDataset(), Path), Address));

    [Fact]
    public void Metadata_of_many_instances_is_one_gzip_stream()
    {
        var kept = InstanceMetadata.Of(WithBulkData(), Path);
        var output = new ArrayBufferWriter<byte>();
        var assembly = new MetadataAssembly(output, Address);
        assembly.Begin();
        for (var i = 0; i < 500; i++)
        {
            assembly.AddText(i == 0 ? "["u8 : ","u8);
            assembly.Add(kept);
        }

        assembly.AddText("]"u8);
        assembly.End();

        // The stream's own checksum and length are verified by what inflates it.
        using var inflated = new StreamReader(new GZipStream(new MemoryStream(output.WrittenSpan.ToArray()), CompressionMode.Decompress));
        var one = Expected(WithBulkData(), Address);
        Assert.Equal($"[{string.Join(',', Enumerable.Repeat(one, 500))}]", inflated.ReadToEnd());
    }

    [Fact]
    public void A_checksum_of_parts_is_that_of_the_whole()
    {
        Assert.Equal(0xCBF4_3926u, Crc32.Of("123456789"u8));
        var random = new Random(TestSeed.Take());
        for (var i = 0; i < 200; i++)
        {
            var bytes = new byte[random.Next(0, 5000)];
            random.NextBytes(bytes);
            var cut = random.Next(0, bytes.Length + 1);
            Assert.Equal(Crc32.Of(bytes), Crc32.Join(Crc32.Of(bytes.AsSpan(0, cut)), Crc32.Of(bytes.AsSpan(cut)), Crc32.Shift(bytes.Length - cut)));
        }
    }

    [Fact]
    public void Pieces_of_another_form_are_refused() => Assert.Throws<InvalidDataException>(() => InstanceMetadata.ToJson([9, 1, 2, 3], Address));

    [Fact]
    public void Metadata_of_the_material_is_what_the_model_writer_writes()
    {
        foreach (var material in DicomMaterial.Files)
        {
            DicomFile file;
            try
            {
                file = DicomFile.Read(DicomMaterial.Read(material.Name));
            }
            catch (DicomException)
            {
                continue;
            }

            Assert.Equal(Expected(file.Dataset, Address), Encoding.UTF8.GetString(InstanceMetadata.ToJson(InstanceMetadata.Of(file.Dataset, Path), Address)));
        }
    }

    private static string Expected(DicomDataset dataset, string address) =>
        Encoding.UTF8.GetString(DicomJsonWriter.ToUtf8(dataset, new() { BulkDataUri = (element, _) => InstanceMetadata.BulkDataUri(address, Path, element) }));

    private static DicomDataset WithBulkData()
    {
        var inner = new DicomDataset();
        inner.Set(new DicomElement(DicomTags.PixelData, DicomVR.OW, new byte[2]));
        var dataset = new DicomDataset();
        dataset.Set(DicomTags.StudyDescription, string.Join(' ', Enumerable.Repeat("Chest and abdomen", 40)));
        dataset.Set(new DicomElement(new(0x0008_9999), [new DicomDataset(), inner]));
        dataset.Set(new DicomElement(new(0x0042_0011), DicomVR.OB, new byte[2000]));
        dataset.Set(new DicomElement(DicomTags.PixelData, DicomVR.OW, new byte[64]));
        return dataset;
    }
}

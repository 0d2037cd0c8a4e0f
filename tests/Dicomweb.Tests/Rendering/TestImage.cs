// Images and reports of which every pixel and word is known.

using System.Runtime.InteropServices;
using System.Text;
using FhirHub.Dicom.Tests;

namespace FhirHub.Dicomweb.Tests.Rendering;

/// <summary>An instance that can be rendered: by itself 4 x 2 pixels of 0, 100, ... 700.</summary>
internal sealed record TestImage(string Study, string Series, string Instance)
{
    public string Name { get; init; } = "Test^Patient";

    public int Number { get; init; } = 1;

    public int Frames { get; init; } = 1;

    public (int Center, int Width)? Window { get; init; }

    /// <summary>The text of a report; null for an image.</summary>
    public string? Text { get; init; }

    /// <summary>What else is in the data set, in the order of tags, before the pixels.</summary>
    public Action<TestFile>? More { get; init; }

    public ImagePath Path => new(Study, Series, Instance);

    public static TestImage Gray(string study) => new(study, $"{study}.1", $"{study}.1.1");

    public static TestImage Report(string study, string text) => new(study, $"{study}.2", $"{study}.2.1") { Text = text };

    /// <summary>A presentation state for an image.</summary>
    public static byte[] Presentation(string study, ImagePath image, (int Center, int Width) window)
    {
        var file = new TestFile()
            .Text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.11.1")
            .Text(0x00080018, "UI", $"{study}.3.1")
            .Text(0x00080060, "CS", "PR")
            .Header(0x00081115, "SQ", TestFile.Undefined).Item()
            .Header(0x00081140, "SQ", TestFile.Undefined).Item().Text(0x00081155, "UI", image.Instance!).EndItem().EndSequence()
            .Text(0x0020000E, "UI", image.Series!).EndItem().EndSequence()
            .Text(0x00100010, "PN", "Test^Patient")
            .Text(0x00100020, "LO", "P1")
            .Text(0x0020000D, "UI", study)
            .Text(0x0020000E, "UI", $"{study}.3");
        return file.Header(0x00283110, "SQ", TestFile.Undefined).Item().Text(0x00281050, "DS", $"{window.Center}").Text(0x00281051, "DS", $"{window.Width}").EndItem().EndSequence().ToFile();
    }

    public byte[] ToBytes()
    {
        var file = new TestFile()
            .Text(0x00080016, "UI", Text is null ? "1.2.840.10008.5.1.4.1.1.2" : "1.2.840.10008.5.1.4.1.1.88.11")
            .Text(0x00080018, "UI", Instance)
            .Text(0x00080060, "CS", Text is null ? "CT" : "SR")
            .Text(0x00100010, "PN", Name)
            .Text(0x00100020, "LO", "P1")
            .Text(0x0020000D, "UI", Study)
            .Text(0x0020000E, "UI", Series)
            .Text(0x00200013, "IS", $"{Number}");
        if (Text is not null)
        {
            Concept(file.Text(0x0040A040, "CS", "CONTAINER"), "Report").Header(0x0040A730, "SQ", TestFile.Undefined).Item();
            Concept(file.Text(0x0040A040, "CS", "TEXT"), Text);
            return file.Element(0x0040A160, "UT", Encoding.Latin1.GetBytes(Text.PadRight(Text.Length + (Text.Length % 2)))).EndItem().EndSequence().ToFile();
        }

        file.US(0x00280002, 1).Text(0x00280004, "CS", "MONOCHROME2").Text(0x00280008, "IS", $"{Frames}").US(0x00280010, 2).US(0x00280011, 4)
            .US(0x00280100, 16).US(0x00280101, 16).US(0x00280102, 15).US(0x00280103, 0);
        if (Window is var (center, width))
            file.Text(0x00281050, "DS", $"{center}").Text(0x00281051, "DS", $"{width}");
        More?.Invoke(file);
        ushort[] frame = [0, 100, 200, 300, 400, 500, 600, 700];
        ushort[] all = [.. Enumerable.Range(0, Frames).SelectMany(_ => frame)];
        return file.Element(0x7FE00010, "OW", MemoryMarshal.AsBytes(all.AsSpan())).ToFile();
    }

    private static TestFile Concept(TestFile file, string meaning) =>
        file.Header(0x0040A043, "SQ", TestFile.Undefined).Item().Text(0x00080100, "SH", "1").Text(0x00080102, "SH", "99T").Text(0x00080104, "LO", meaning).EndItem().EndSequence();
}

// An instance made for a test: as small as may be, or with as many bytes as wanted.

using FhirHub.Dicom.Tests;

namespace FhirHub.Dicomweb.Tests.Archive;

/// <summary>A CT image of which a test says what matters to it.</summary>
internal sealed partial record TestInstance(string Study, string Series, string Instance)
{
    public string PatientId { get; init; } = "P1";

    public string Issuer { get; init; } = "";

    public string Modality { get; init; } = "CT";

    public string SopClass { get; init; } = "1.2.840.10008.5.1.4.1.1.2";

    public string Description { get; init; } = "Chest";

    public int Number { get; init; } = 1;

    public int Frames { get; init; } = 1;

    /// <summary>Bytes of each frame; an even number.</summary>
    public int FrameBytes { get; init; } = 8;

    /// <summary>What each byte of pixels is, so that contents differ.</summary>
    public byte Fill { get; init; }

    public ImagePath Path => new(Study, Series, Instance);

    public byte[] ToBytes()
    {
        var file = new TestFile()
            .Text(0x00080016, "UI", SopClass)
            .Text(0x00080018, "UI", Instance)
            .Text(0x00080020, "DA", "20260801")
            .Text(0x00080060, "CS", Modality)
            .Text(0x00081030, "LO", Description)
            .Text(0x00100010, "PN", "Test^Patient")
            .Text(0x00100020, "LO", PatientId);
        if (Issuer.Length > 0)
            file.Text(0x00100021, "LO", Issuer);
        var pixels = new byte[Frames * FrameBytes];
        pixels.AsSpan().Fill(Fill);
        return file
            .Text(0x0020000D, "UI", Study)
            .Text(0x0020000E, "UI", Series)
            .Text(0x00200011, "IS", "1")
            .Text(0x00200013, "IS", $"{Number}")
            .US(0x00280002, 1)
            .Text(0x00280004, "CS", "MONOCHROME2")
            .Text(0x00280008, "IS", $"{Frames}")
            .US(0x00280010, 1)
            .US(0x00280011, (ushort)(FrameBytes / 2))
            .US(0x00280100, 16)
            .US(0x00280101, 16)
            .US(0x00280102, 15)
            .US(0x00280103, 0)
            .Element(0x7FE00010, "OW", pixels)
            .ToFile();
    }
}

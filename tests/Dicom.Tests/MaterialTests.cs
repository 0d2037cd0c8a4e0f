using Xunit.Abstractions;

namespace FhirHub.Dicom.Tests;

public class MaterialTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Explore()
    {
        foreach (var file in DicomMaterial.Files)
        {
            try
            {
                var read = DicomFile.Read(DicomMaterial.Read(file.Name));
                await using var stream = File.OpenRead(DicomMaterial.PathOf(file.Name));
                var streamed = await DicomFile.ReadAsync(stream);
                var notes = read.ContradictsTransferSyntax ? " CONTRADICTS" : "";
                if (!read.Dataset.IsOrdered) notes += " UNORDERED";
                if (read.TransferSyntax.Uid != file.TransferSyntax) notes += $" TS {read.TransferSyntax.Uid} not {file.TransferSyntax}";
                if ((read.Dataset.GetString(DicomTags.SOPClassUID) ?? "") != file.SopClass) notes += $" SOP {read.Dataset.GetString(DicomTags.SOPClassUID)} not {file.SopClass}";
                if (string.Join("\\", read.Dataset.GetStrings(DicomTags.SpecificCharacterSet)) != file.CharacterSet) notes += $" CS {read.Dataset.CharacterSet} not {file.CharacterSet}";
                if (streamed.Dataset.Elements.Count != read.Dataset.Elements.Count) notes += " STREAM DIFFERS";
                if (notes.Length > 0)
                    output.WriteLine($"{file.Name}: {read.Dataset.Elements.Count} elements{notes}");
            }
            catch (Exception e)
            {
                output.WriteLine($"{file.Name}: {e.GetType().Name} {e.Message}");
            }
        }
    }
}

// Following: how far a follower of the changes has come, and the patients to whom it has linked studies.

namespace FhirHub.Dicomweb;

internal sealed partial class ArchiveSession
{
    /// <summary>Notes the position of a follower and the links that it has made.</summary>
    public bool Follow(string follower, long sequence, IReadOnlyDictionary<string, string?> patients)
    {
        _connection.Prepare("INSERT INTO follower(name, seq) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET seq = max(seq, ?2)")
            .Bind(1, follower).Bind(2, sequence).Run();
        foreach (var (study, patient) in patients)
        {
            _connection.Prepare("UPDATE study SET patient = ?2 WHERE uid = ?1 AND patient IS NOT ?2").Bind(1, study).Bind(2, patient).Run();

            // A study that was deleted and stored anew is another one, which may be another patient's.
            _connection.Prepare(
                    """
                    UPDATE former_study SET patient = ?2
                    WHERE id = (SELECT max(id) FROM former_study WHERE uid = ?1) AND NOT EXISTS(SELECT 1 FROM study WHERE uid = ?1)
                    """)
                .Bind(1, study).Bind(2, patient).Run();
        }

        return true;
    }
}

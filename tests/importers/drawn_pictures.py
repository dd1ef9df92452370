"""Miniature trees of sets of pictures, every variant with its pitfalls; every name and label in them is invented."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

Draw = Callable[[Path], None]


def put(root: Path, *paths: str, content: str = "not opened") -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")


def put_array(root: Path, path: str, value: object) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    np.save(root / path, np.asarray(value))


def ckplus(root: Path, emotions: str = "Emotion", images: str = "cohn-kanade-images") -> None:
    """A whole sequence, one with a gap, one too short, a neutral one, one without pictures, one without a label."""
    for sequence, frames, code in (
        ("S005/001", (8, 9, 10, 11), "   3.0000000e+00\n"),
        ("S999/002", (1, 3, 4), "   7.0000000e+00\n"),
        ("S010/003", (1, 2), "   5.0000000e+00"),
        ("S010/004", (1, 2, 3), "   0.0000000e+00"),
        ("S011/001", (), "   1.0000000e+00"),
        ("S011/002", (1, 2, 3), "nonsense"),
        ("S011/003", (1, 2, 3), None),
    ):
        stem = sequence.replace("/", "_")
        put(root, *(f"{images}/{sequence}/{stem}_{frame:08}.png" for frame in frames))
        if code:
            put(root, f"{emotions}/{sequence}/{stem}_{max(frames, default=9):08}_emotion.txt", content=code)
    put(root, f"{images}/S005/001/.DS_Store", f"{emotions}/S005/.DS_Store")
    (root / emotions / "S011/003").mkdir()


def ckplus_one_folder_an_archive(root: Path) -> None:
    ckplus(root, "Emotion_labels/Emotion", "extended-cohn-kanade-images/cohn-kanade-images")


def sfew2(root: Path, val: str = "SFEW_2.0/Val/Val", train: str = "SFEW_2.0/Train/Train") -> None:
    """A name in two class folders, a movie that is a number, training and test pictures, a stranger."""
    put(
        root,
        f"{val}/Angry/Some_Movie_001122000_00000005.png",
        f"{val}/Happy/21_001122000_00000001.png",
        f"{val}/Surprise/21_001122000_00000001.png",
        f"{val}/Sad/notes.png",
        f"{val}/Sad/Thumbs.db",
        f"{train}/Angry/Other_Movie_001122000_00000007.png",
        "SFEW_2.0/Test/003.png",
    )


def sfew2_aligned(root: Path) -> None:
    sfew2(root, "Val_Aligned_Faces_new/Val_Aligned_Faces", "Train_Aligned_Faces")


def sfew2_both(root: Path) -> None:
    sfew2(root)
    put(root, "SFEW_2.0/Val_Aligned_Faces/Angry/Some_Movie_001122000_00000005.png")


FERPLUS_HEADER = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
FERPLUS_ROWS = (
    "Training,fer0000003.png,0,10,0,0,0,0,0,0,0,0",
    "PublicTest,fer0000007.png,0,0,10,0,0,0,0,0,0,0",
    "PrivateTest,fer0000011.png,4,4,1,0,0,0,0,0,1,0",
    "PrivateTest,,0,0,0,0,0,0,0,0,0,10",
    "PrivateTest,fer0000020.png,0,0,0,0,0,0,3,1,6,0",
    "PrivateTest,fer0000021.png,1,0,0,6,1,1,1,0,0,0",
)


def ferplus(root: Path) -> None:
    """A tie, a blank name, more votes for `unknown` than for any emotion, a clear majority; numbers with gaps."""
    put(root, "fer+/fer+/fer2013new.csv", content="\n".join((FERPLUS_HEADER, *FERPLUS_ROWS)) + "\n")
    put(root, *(f"fer+/fer+/FER2013Test/fer00000{number}.png" for number in (11, 20, 21)))


def ferplus_pixels(root: Path, header: str = "emotion,pixels,Usage", shift: int = 0) -> None:
    """The same labels, with the pictures as rows of pixels in the same order."""
    put(root, "FERPlus/fer2013new.csv", content="\r\n".join((FERPLUS_HEADER, *FERPLUS_ROWS)) + "\r\n")
    parts = [row.split(",")[0] for row in (*FERPLUS_ROWS[shift:], *FERPLUS_ROWS[:shift])]
    cells = {"emotion": "0", "pixels": "1 2 3 4"}
    rows = (",".join({**cells, "usage": part}[name.strip().lower()] for name in header.split(",")) for part in parts)
    put(root, "fer2013/fer2013.csv", content="\n".join((header, *rows)) + "\n")


def ferplus_other_columns(root: Path) -> None:
    ferplus_pixels(root, header="emotion, Usage, pixels")


def ferplus_generated(root: Path, box: str = "") -> None:
    """A folder for each split, with a list without a header."""
    for split, number in (("Train", 3), ("Valid", 7), ("Test", 11)):
        put(root, f"data/FER2013{split}/fer00000{number:02}.png")
        put(root, f"data/FER2013{split}/label.csv", content=f"fer00000{number:02}.png,{box}4,4,1,0,0,0,0,0,1,0\n")


def ferplus_generated_with_boxes(root: Path) -> None:
    ferplus_generated(root, '"(0, 0, 48, 48)",')


AFFECTNET_HEADER = (
    "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal"
)


def affectnet(root: Path, header: str = AFFECTNET_HEADER + "\n") -> None:
    """Endings in all cases, codes without a label, a picture that is missing, and one path in two cases."""
    named = (
        ("1/0a.jpg", 0),
        ("1/0b.JPG", 1),
        ("22/0c.jpeg", 7),
        ("22/0d.tif", 3),
        ("22/0e.png", 8),
        ("3/0f.jpg", 10),
        ("3/10.jpg", 6),
    )
    rows = "".join(f"{name},-3,4,200,200,1.0;2.0;3.5;4.0,{code},0.1,-2\n" for name, code in named)
    put(root, "Manually_Annotated_file_lists/validation.csv", content=header + rows)
    put(root, "Manually_Annotated_file_lists/training.csv", content=AFFECTNET_HEADER + "\n9/ff.jpg,0,0,1,1,1;2,4,0,0\n")
    images = "Manually_Annotated/Manually_Annotated_Images"
    put(
        root,
        *(f"{images}/{name}" for name in ("1/0a.jpg", "1/0b.jpg", "22/0c.jpeg", "22/0d.TIF", "3/0f.jpg", "9/ff.jpg")),
    )
    put(root, f"{images}/22/0a.jpg")


def affectnet_without_header(root: Path) -> None:
    affectnet(root, header="")


def affectnet_arrays(root: Path, val: str = "val_set") -> None:
    """Labels as words, as numbers, as pickled objects and as too many numbers; a picture that is missing."""
    for name, value in (("2", "3"), ("10", 1), ("11", [1, 2]), ("12", None), ("13", 5.0), ("14", 9)):
        put_array(root, f"{val}/annotations/{name}_exp.npy", value)
        put_array(root, f"{val}/annotations/{name}_val.npy", 0.5)
    put(root, f"{val}/images/2.jpg", f"{val}/images/10.jpg", f"{val}/images/12.jpg", "train_set/images/13.jpg")
    put(root, f"{val}/images/14.jpg", f"{val}/annotations/15_exp.npy")
    put_array(root, "train_set/annotations/13_exp.npy", "4")


def affectnet_arrays_valid(root: Path) -> None:
    affectnet_arrays(root, "valid_set")


TWEETS = tuple(f"{number}_{number * 7}_{number * 9}.jpg" for number in range(1, 6))


def twitter1(root: Path, lists: str = "{}_agree.txt", pictures: str = "Agg_AMT_Candidates") -> None:
    """Lists that hold each other, a label that is none, a picture that is missing."""
    for word, n_pictures in (("three", 5), ("four", 3), ("five", 2)):
        rows = [f"{name} {at % 2}" for at, name in enumerate(TWEETS[:n_pictures])]
        put(root, lists.format(word), content="\n".join((*rows, "9_9_9.jpg both", "8_8_8.jpg 1")) + "\n")
    put(root, *(f"{pictures}/{name}" for name in TWEETS), f"{pictures}/9_9_9.jpg")


def twitter1_renamed(root: Path) -> None:
    twitter1(root, "ground_truth/twitter_{}_agrees.txt", "images")


def twitter1_counts(root: Path) -> None:
    """Only the table of counts: name, votes, positive, negative."""
    counts = ((5, 0), (1, 4), (3, 2), (2, 2), (0, 5))
    rows = (f'{name},"[1, 0]",{yes},{no}' for name, (yes, no) in zip(TWEETS, counts, strict=True))
    put(root, "amt_result.csv", content="\n".join(rows) + "\n")
    put(root, *(f"Agg_AMT_Candidates/{name}" for name in TWEETS))


def twitter2(root: Path, table: str = "1.jpg\tpositive\n3.jpg\tnegative\n12.jpg\tPositive\n13.jpg\tpositive\n") -> None:
    """Pictures in folders of topics, numbered with gaps, one of them with another ending, one missing."""
    put(root, "twitter/groundTruthLabel.txt", content=table)
    put(root, "twitter/topic a/1.jpg", "twitter/topic a/3.jpg", "twitter/topic b/12.jpeg", "twitter/topic b/Thumbs.db")


def twitter2_codes(root: Path) -> None:
    twitter2(root, "no\timage\tsentiment\n7\t1\t1\n8\t3\t-1\n9\t12\t1\n9\t13\t1\n")


def twitter2_without_headings(root: Path) -> None:
    twitter2(root, "a\tb\tc\n#x\ttopic a/1.jpg\tpositive\n#y\t003\tnegative\n#z\t12.jpg\tpositive\n#z\t13\tpositive\n")


def artphoto(root: Path) -> None:
    """Endings in all cases, a word that is no label, and pictures of another set beside them."""
    folder = "testImages_artphoto"
    put(root, f"{folder}/amusement_0002.jpg", f"{folder}/amusement_0010.JPG", f"{folder}/sad_0001.jpeg")
    put(root, f"{folder}/boredom_0001.jpg", f"{folder}/desktop.ini", f"{folder}/readme.jpg")


VARIANTS: Mapping[str, tuple[str, Draw]] = {
    draw.__name__: (draw.__name__.partition("_")[0], draw)
    for draw in (
        *(ckplus, ckplus_one_folder_an_archive, sfew2, sfew2_aligned, sfew2_both),
        *(ferplus, ferplus_pixels, ferplus_other_columns, ferplus_generated, ferplus_generated_with_boxes),
        *(affectnet, affectnet_without_header, affectnet_arrays, affectnet_arrays_valid),
        *(twitter1, twitter1_renamed, twitter1_counts),
        *(twitter2, twitter2_codes, twitter2_without_headings, artphoto),
    )
}

@_exported import CLIP
// What a user of the library needs beside the segmenter: pictures, masks, prompts and results.
@_exported import Checkpoints
@_exported import Imaging
@_exported import Kernels
@_exported import Outputs
@_exported import Regions
@_exported import Segmentation
@_exported import Tensors
